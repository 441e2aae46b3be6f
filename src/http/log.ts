/** What the listener needs of a logger; pino's has this shape. */
export interface HttpLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}
