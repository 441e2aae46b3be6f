"""What a user of Debian's python3-kubernetes does: typed clients, a watch, custom objects, the dynamic client."""

import json
import sys
import threading
import time

from kubernetes import client, config, dynamic, watch

PATIENCE = 10
NAMESPACE = "default"
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "boats.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "boats", "kind": "Boat"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
            "type": "object",
            "properties": {"spec": {"type": "object", "properties": {"sails": {"type": "integer"}}}},
        }}}],
    },
}


def config_maps(core):
    """Follows a ConfigMap through its life; gives the types of the events, what it held, and the status after."""
    since = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    events = []

    def follow():
        stream = watch.Watch()
        for event in stream.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=since, timeout_seconds=PATIENCE):
            events.append(event["type"])
            if event["type"] == "DELETED":
                stream.stop()

    follower = threading.Thread(target=follow)
    follower.start()
    core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="log"), data={"a": "1"}))
    core.patch_namespaced_config_map("log", NAMESPACE, {"data": {"b": "2"}})
    data = core.read_namespaced_config_map("log", NAMESPACE).data
    core.delete_namespaced_config_map("log", NAMESPACE)
    follower.join()
    try:
        core.read_namespaced_config_map("log", NAMESPACE)
        after = 200
    except client.ApiException as error:
        after = error.status
    return {"events": events, "data": data, "after": after}


def scaled(apps):
    """Creates a Deployment from typed values, scales it, and gives its replicas."""
    labels = {"app": "web"}
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels=labels),
        spec=client.V1PodSpec(containers=[client.V1Container(name="web", image="web:1")]),
    )
    spec = client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels=labels), template=template)
    apps.create_namespaced_deployment(NAMESPACE, client.V1Deployment(metadata=client.V1ObjectMeta(name="web"), spec=spec))
    apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 5}})
    return apps.read_namespaced_deployment("web", NAMESPACE).spec.replicas


def custom(api):
    """Defines a kind, makes an object of it, and reads it through the dynamic client."""
    extensions = client.ApiextensionsV1Api(api)
    extensions.create_custom_resource_definition(DEFINITION)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status = extensions.read_custom_resource_definition("boats.example.com").status
        if any(one.type == "Established" and one.status == "True" for one in status.conditions or []):
            break
        time.sleep(0.05)
    boat = {"apiVersion": "example.com/v1", "kind": "Boat", "metadata": {"name": "ann"}, "spec": {"sails": 3}}
    client.CustomObjectsApi(api).create_namespaced_custom_object("example.com", "v1", NAMESPACE, "boats", boat)
    boats = dynamic.DynamicClient(api).resources.get(api_version="example.com/v1", kind="Boat")
    return [item.spec.sails for item in boats.get(namespace=NAMESPACE).items]


config.load_kube_config(sys.argv[1])
with client.ApiClient() as api:
    print(json.dumps({
        "configMaps": config_maps(client.CoreV1Api(api)),
        "replicas": scaled(client.AppsV1Api(api)),
        "sails": custom(api),
    }))
