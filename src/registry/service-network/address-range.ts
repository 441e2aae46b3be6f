import { cidrContains, firstOfCidr, formatIp, lastOfCidr, sizeOfCidr, type Cidr, type IpAddress } from "../../object/ip.ts";
import type { RandomBytes } from "../../object/names-generator.ts";

/** The addresses of a range that services can have: not the network's own, and not IPv4's broadcast address. */
export class AddressRange {
  readonly cidr: Cidr;
  readonly #first: bigint;
  readonly #last: bigint;

  constructor(cidr: Cidr) {
    this.cidr = cidr;
    this.#first = firstOfCidr(cidr).value + 1n;
    this.#last = lastOfCidr(cidr).value - (cidr.address.family === 4 ? 1n : 0n);
  }

  /** The first one: the API server's own service has it. */
  get first(): string {
    return formatIp({ family: this.cidr.address.family, value: this.#first });
  }

  /** Whether the address lies in the network, usable or not. */
  covers(address: IpAddress): boolean {
    return cidrContains(this.cidr, address);
  }

  /** Whether a service can have it. */
  has(address: IpAddress): boolean {
    return address.family === this.cidr.address.family && address.value >= this.#first && address.value <= this.#last;
  }

  /**
   * Every usable address once: from somewhere in the upper part to its end and around, then those of the lower part,
   * which is left to addresses that are chosen by hand (KEP-3070).
   */
  *candidates(random: RandomBytes): Generator<string> {
    const split = this.#first + this.#reserved();
    yield* this.#from(split, this.#last, random);
    yield* this.#from(this.#first, split - 1n, random);
  }

  *#from(first: bigint, last: bigint, random: RandomBytes): Generator<string> {
    const size = last - first + 1n;
    if (size <= 0n) return;
    const start = randomBelow(size, random);
    const { family } = this.cidr.address;
    for (let i = 0n; i < size; i++) yield formatIp({ family, value: first + ((start + i) % size) });
  }

  /** A sixteenth of the range, at least 16 and at most 256 addresses; none of a range too small to be divided. */
  #reserved(): bigint {
    const size = sizeOfCidr(this.cidr);
    if (size <= 16n) return 0n;
    const part = size / 16n;
    return part < 16n ? 16n : part > 256n ? 256n : part;
  }
}

/** A number in [0, size); which of them matters little, so the remainder's slight preference does not either. */
function randomBelow(size: bigint, random: RandomBytes): bigint {
  return BigInt(`0x${Buffer.from(random(16)).toString("hex")}`) % size;
}
