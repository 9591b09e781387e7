"""A functional model's layers, and the order in which they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from layers.model_files.config import LayerConfig
from layers.networks.running.nodes import InboundNode, Reference, calls_of, output_name, references
from layers.networks.running.stock import not_runnable


class NetworkGraph:
    """The layers of a functional model, and what is known of their outputs.

    Attributes:
        layers: by name.
        input_layers: the names of the model's inputs, in order.
        ends: the model's outputs.
        outputs: (layer, number of its call) → the names of its outputs; the caller fills it in.
    """

    def __init__(self, config: LayerConfig) -> None:
        """Read a model's configuration.

        Args:
            config: of a functional model.

        Raises:
            BadInputError: names that are not unique, or connections that are not understood.
        """
        self.config = config
        self.layers = {layer.name: layer for layer in config.layers or ()}
        if len(self.layers) != len(config.layers or ()):
            raise not_runnable(config, "layers with unique names")
        self._ends = references(config, "output_layers")
        self.input_layers = [each.layer for each in references(config, "input_layers")]
        if not self.layers.keys() >= set(self.input_layers):
            raise not_runnable(config, "inputs that are among its layers")
        self.outputs: dict[tuple[str, int], tuple[str, ...]] = {}
        self._nodes = {
            name: calls_of(layer)
            for name, layer in self.layers.items()
            if name not in self.input_layers
        }
        self._first = self._first_nodes()
        self.ends = tuple(map(self._counted_from_0, self._ends))

    def in_order(self) -> Iterator[tuple[LayerConfig, InboundNode, int]]:
        """Yield each call: the layer, the arguments with names in them, the number of the call.

        ``outputs`` has to have a call's outputs before the next call is asked for.
        """
        waiting = [(name, at) for name, own in self._nodes.items() for at in range(len(own))]
        while waiting:
            later = []
            for name, at in waiting:
                node = self._nodes[name][at]
                if all(self._key(each) in self.outputs for each in node.references):
                    yield self.layers[name], node.resolved(self.resolve), at
                else:
                    later.append((name, at))
            if len(later) == len(waiting):
                raise not_runnable(self.layers[later[0][0]], "inputs that other layers make")
            waiting = later

    def resolve(self, reference: Reference) -> str:
        """Return the name of an output.

        Raises:
            BadInputError: there is none.
        """
        made = self.outputs.get(self._key(reference))
        if made is None:
            raise not_runnable(self.config, "outputs that are among its layers")
        layer = self.layers[reference.layer]
        if layer.layers is None:
            return output_name(made[0], reference.output)
        if reference.output >= len(made):
            raise not_runnable(layer, "outputs that it has")
        return made[reference.output]

    def _key(self, reference: Reference) -> tuple[str, int]:
        return reference.layer, reference.node - self._first.get(reference.layer, 0)

    def _counted_from_0(self, end: Reference) -> Reference:
        """Return one of the model's outputs as references in calls have it.

        Keras 3 counts a functional model's own call among the outputs, and nowhere else.
        """
        layer = self.layers.get(end.layer)
        is_model = layer is not None and layer.layers is not None
        if not is_model or layer.class_name == "Sequential" or not end.node:
            return end
        return end if end.layer in self._first else replace(end, node=end.node - 1)

    def _first_nodes(self) -> dict[str, int]:
        """Return nested models → the number of their first call, where that is 1.

        Keras 2 counts that a model is called once when it is made. The output of a model's last
        call is always used.
        """
        last = {each.layer: each.node for each in self._ends}
        nodes = [node for own in self._nodes.values() for node in own]
        for reference in (each for node in nodes for each in node.references):
            last[reference.layer] = max(last.get(reference.layer, 0), reference.node)
        return {
            name: 1
            for name, own in self._nodes.items()
            if self.layers[name].layers is not None
            and not own[0].counted_from_0
            and last.get(name, 0) >= len(own)
        }
