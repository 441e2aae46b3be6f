import type { ShownMembers } from "./shown.ts";

// The internal types of volumes, for messages that print a pod's spec.

/** A reference by name alone. */
export const localReference: ShownMembers = [["Name", "name", ""]];

const keyToPath: ShownMembers = [
  ["Key", "key", ""],
  ["Path", "path", ""],
  ["Mode", "mode", null],
];

/** A reference to a field of the pod. */
export const fieldRef: ShownMembers = [
  ["APIVersion", "apiVersion", ""],
  ["FieldPath", "fieldPath", ""],
];

/** A reference to a container's resources. */
export const resourceFieldRef: ShownMembers = [
  ["ContainerName", "containerName", ""],
  ["Resource", "resource", ""],
  ["Divisor", "divisor", "0"],
];

const downwardFile: ShownMembers = [
  ["Path", "path", ""],
  ["FieldRef", "fieldRef", null, fieldRef],
  ["ResourceFieldRef", "resourceFieldRef", null, resourceFieldRef],
  ["Mode", "mode", null],
];

const keys: ShownMembers = [
  ["Name", "name", ""],
  ["Items", "items", null, keyToPath],
  ["Optional", "optional", null],
];

const projection: ShownMembers = [
  ["Secret", "secret", null, keys],
  ["DownwardAPI", "downwardAPI", null, [["Items", "items", null, downwardFile]]],
  ["ConfigMap", "configMap", null, keys],
  [
    "ServiceAccountToken",
    "serviceAccountToken",
    null,
    [
      ["Audience", "audience", ""],
      ["ExpirationSeconds", "expirationSeconds", 0],
      ["Path", "path", ""],
    ],
  ],
  ["ClusterTrustBundle", "clusterTrustBundle", null],
  ["PodCertificate", "podCertificate", null],
];

/** A PersistentVolumeClaim's spec. */
export const claimSpecShown: ShownMembers = [
  ["AccessModes", "accessModes", null],
  ["Selector", "selector", null],
  [
    "Resources",
    "resources",
    "struct",
    [
      ["Limits", "limits", null],
      ["Requests", "requests", null],
    ],
  ],
  ["VolumeName", "volumeName", ""],
  ["StorageClassName", "storageClassName", null],
  ["VolumeMode", "volumeMode", null],
  [
    "DataSource",
    "dataSource",
    null,
    [
      ["APIGroup", "apiGroup", null],
      ["Kind", "kind", ""],
      ["Name", "name", ""],
    ],
  ],
  [
    "DataSourceRef",
    "dataSourceRef",
    null,
    [
      ["APIGroup", "apiGroup", null],
      ["Kind", "kind", ""],
      ["Name", "name", ""],
      ["Namespace", "namespace", null],
    ],
  ],
  ["VolumeAttributesClassName", "volumeAttributesClassName", null],
];

const disk: ShownMembers = [
  ["PDName", "pdName", ""],
  ["FSType", "fsType", ""],
  ["Partition", "partition", 0],
  ["ReadOnly", "readOnly", false],
];

const hostPathShown: ShownMembers = [
  ["Path", "path", ""],
  ["Type", "type", null],
];

const emptyDir: ShownMembers = [
  ["Medium", "medium", ""],
  ["SizeLimit", "sizeLimit", null],
];

const awsDisk: ShownMembers = [
  ["VolumeID", "volumeID", ""],
  ["FSType", "fsType", ""],
  ["Partition", "partition", 0],
  ["ReadOnly", "readOnly", false],
];

const gitRepo: ShownMembers = [
  ["Repository", "repository", ""],
  ["Revision", "revision", ""],
  ["Directory", "directory", ""],
];

const secret: ShownMembers = [
  ["SecretName", "secretName", ""],
  ["Items", "items", null, keyToPath],
  ["DefaultMode", "defaultMode", null],
  ["Optional", "optional", null],
];

const nfs: ShownMembers = [
  ["Server", "server", ""],
  ["Path", "path", ""],
  ["ReadOnly", "readOnly", false],
];

const iscsi: ShownMembers = [
  ["TargetPortal", "targetPortal", ""],
  ["IQN", "iqn", ""],
  ["Lun", "lun", 0],
  ["ISCSIInterface", "iscsiInterface", ""],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
  ["Portals", "portals", null],
  ["DiscoveryCHAPAuth", "chapAuthDiscovery", false],
  ["SessionCHAPAuth", "chapAuthSession", false],
  ["SecretRef", "secretRef", null, localReference],
  ["InitiatorName", "initiatorName", null],
];

const glusterfs: ShownMembers = [
  ["EndpointsName", "endpoints", ""],
  ["Path", "path", ""],
  ["ReadOnly", "readOnly", false],
];

const claimReference: ShownMembers = [
  ["ClaimName", "claimName", ""],
  ["ReadOnly", "readOnly", false],
];

const rbd: ShownMembers = [
  ["CephMonitors", "monitors", null],
  ["RBDImage", "image", ""],
  ["FSType", "fsType", ""],
  ["RBDPool", "pool", ""],
  ["RadosUser", "user", ""],
  ["Keyring", "keyring", ""],
  ["SecretRef", "secretRef", null, localReference],
  ["ReadOnly", "readOnly", false],
];

const quobyte: ShownMembers = [
  ["Registry", "registry", ""],
  ["Volume", "volume", ""],
  ["ReadOnly", "readOnly", false],
  ["User", "user", ""],
  ["Group", "group", ""],
  ["Tenant", "tenant", ""],
];

const flexVolume: ShownMembers = [
  ["Driver", "driver", ""],
  ["FSType", "fsType", ""],
  ["SecretRef", "secretRef", null, localReference],
  ["ReadOnly", "readOnly", false],
  ["Options", "options", null],
];

const cinder: ShownMembers = [
  ["VolumeID", "volumeID", ""],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
  ["SecretRef", "secretRef", null, localReference],
];

const cephfs: ShownMembers = [
  ["Monitors", "monitors", null],
  ["Path", "path", ""],
  ["User", "user", ""],
  ["SecretFile", "secretFile", ""],
  ["SecretRef", "secretRef", null, localReference],
  ["ReadOnly", "readOnly", false],
];

const flocker: ShownMembers = [
  ["DatasetName", "datasetName", ""],
  ["DatasetUUID", "datasetUUID", ""],
];

const downwardApi: ShownMembers = [
  ["Items", "items", null, downwardFile],
  ["DefaultMode", "defaultMode", null],
];

const fibreChannel: ShownMembers = [
  ["TargetWWNs", "targetWWNs", null],
  ["Lun", "lun", null],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
  ["WWIDs", "wwids", null],
];

const azureFile: ShownMembers = [
  ["SecretName", "secretName", ""],
  ["ShareName", "shareName", ""],
  ["ReadOnly", "readOnly", false],
];

const configMap: ShownMembers = [
  ["Name", "name", ""],
  ["Items", "items", null, keyToPath],
  ["DefaultMode", "defaultMode", null],
  ["Optional", "optional", null],
];

const vsphere: ShownMembers = [
  ["VolumePath", "volumePath", ""],
  ["FSType", "fsType", ""],
  ["StoragePolicyName", "storagePolicyName", ""],
  ["StoragePolicyID", "storagePolicyID", ""],
];

const azureDisk: ShownMembers = [
  ["DiskName", "diskName", ""],
  ["DataDiskURI", "diskURI", ""],
  ["CachingMode", "cachingMode", null],
  ["FSType", "fsType", null],
  ["ReadOnly", "readOnly", null],
  ["Kind", "kind", null],
];

const photon: ShownMembers = [
  ["PdID", "pdID", ""],
  ["FSType", "fsType", ""],
];

const projected: ShownMembers = [
  ["Sources", "sources", null, projection],
  ["DefaultMode", "defaultMode", null],
];

const portworx: ShownMembers = [
  ["VolumeID", "volumeID", ""],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
];

const scaleIo: ShownMembers = [
  ["Gateway", "gateway", ""],
  ["System", "system", ""],
  ["SecretRef", "secretRef", null, localReference],
  ["SSLEnabled", "sslEnabled", false],
  ["ProtectionDomain", "protectionDomain", ""],
  ["StoragePool", "storagePool", ""],
  ["StorageMode", "storageMode", ""],
  ["VolumeName", "volumeName", ""],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
];

const storageOs: ShownMembers = [
  ["VolumeName", "volumeName", ""],
  ["VolumeNamespace", "volumeNamespace", ""],
  ["FSType", "fsType", ""],
  ["ReadOnly", "readOnly", false],
  ["SecretRef", "secretRef", null, localReference],
];

const csi: ShownMembers = [
  ["Driver", "driver", ""],
  ["ReadOnly", "readOnly", null],
  ["FSType", "fsType", null],
  ["VolumeAttributes", "volumeAttributes", null],
  ["NodePublishSecretRef", "nodePublishSecretRef", null, localReference],
];

const image: ShownMembers = [
  ["Reference", "reference", ""],
  ["PullPolicy", "pullPolicy", ""],
];

/** A volume of a pod. */
export const volumeShown: ShownMembers = [
  ["Name", "name", ""],
  ["HostPath", "hostPath", null, hostPathShown],
  ["EmptyDir", "emptyDir", null, emptyDir],
  ["GCEPersistentDisk", "gcePersistentDisk", null, disk],
  ["AWSElasticBlockStore", "awsElasticBlockStore", null, awsDisk],
  ["GitRepo", "gitRepo", null, gitRepo],
  ["Secret", "secret", null, secret],
  ["NFS", "nfs", null, nfs],
  ["ISCSI", "iscsi", null, iscsi],
  ["Glusterfs", "glusterfs", null, glusterfs],
  ["PersistentVolumeClaim", "persistentVolumeClaim", null, claimReference],
  ["RBD", "rbd", null, rbd],
  ["Quobyte", "quobyte", null, quobyte],
  ["FlexVolume", "flexVolume", null, flexVolume],
  ["Cinder", "cinder", null, cinder],
  ["CephFS", "cephfs", null, cephfs],
  ["Flocker", "flocker", null, flocker],
  ["DownwardAPI", "downwardAPI", null, downwardApi],
  ["FC", "fc", null, fibreChannel],
  ["AzureFile", "azureFile", null, azureFile],
  ["ConfigMap", "configMap", null, configMap],
  ["VsphereVolume", "vsphereVolume", null, vsphere],
  ["AzureDisk", "azureDisk", null, azureDisk],
  ["PhotonPersistentDisk", "photonPersistentDisk", null, photon],
  ["Projected", "projected", null, projected],
  ["PortworxVolume", "portworxVolume", null, portworx],
  ["ScaleIO", "scaleIO", null, scaleIo],
  ["StorageOS", "storageos", null, storageOs],
  ["CSI", "csi", null, csi],
  [
    "Ephemeral",
    "ephemeral",
    null,
    [
      [
        "VolumeClaimTemplate",
        "volumeClaimTemplate",
        null,
        [
          ["metadata", "metadata", null],
          ["Spec", "spec", "struct", claimSpecShown],
        ],
      ],
    ],
  ],
  ["Image", "image", null, image],
];
