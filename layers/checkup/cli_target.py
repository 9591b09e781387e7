"""An author's layer, named on the command line as ``my_module:MyLayer``."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.inputs.fields import BadInputError


@dataclass(frozen=True)
class TargetLayer:
    """Makes a layer of an author's module.

    It is picklable. The module is imported in the process that makes the layer.

    Attributes:
        module: the module's name.
        name: the name of the layer's class in the module.
        folder: the folder in which the module is looked for first.
        arguments: the constructor's arguments, by name.
    """

    module: str
    name: str
    folder: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Any:
        """Return a new layer.

        Raises:
            BadInputError: the module cannot be imported, the name is not a layer, an argument is
                missing, or the constructor has no argument of a given name.
        """
        layer_class = self.find()
        signature = inspect.signature(layer_class)
        try:
            signature.bind(**self.arguments)
        except TypeError as error:
            raise BadInputError(self._unbound(signature, error)) from None
        try:
            return layer_class(**self.arguments)
        except (TypeError, ValueError) as error:
            unknown = re.search(
                r"unexpected keyword argument '(\w+)'|Unrecognized keyword arguments .*?'(\w+)'",
                str(error),
            )
            # Only a name from the command line is a mistake of its user.
            if unknown and (unknown[1] or unknown[2]) in self.arguments:
                raise BadInputError(self._unbound(signature, error)) from None
            raise

    def find(self) -> Any:
        """Return the layer's class, or a function that returns a layer.

        Raises:
            BadInputError: the module cannot be imported, or the name is neither.
        """
        import keras

        found = self._imported()
        for part in self.name.split("."):
            found = getattr(found, part, None)
        if inspect.isfunction(found):
            return found
        if not (isinstance(found, type) and issubclass(found, keras.layers.Layer)):
            layers = self._layers()
            available = f"It has {', '.join(layers)}." if layers else "It has none."
            raise BadInputError(
                f"`{self.name}` cannot be checked: expected a Keras layer in `{self.module}`. "
                f"Received {'nothing of that name' if found is None else type(found).__name__}. "
                f"{available}"
            )
        return found

    def _imported(self) -> Any:
        if self.folder not in sys.path:
            sys.path.insert(0, self.folder)
        try:
            return importlib.import_module(self.module)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a module may raise anything)
            where = ""
            if isinstance(error, SyntaxError) and error.filename:
                where = f" ({Path(error.filename).name}, line {error.lineno})"
            raise BadInputError(
                f"`{self.module}` cannot be imported: expected a module that Python can run. "
                f"Received {type(error).__name__}: {str(error)[:200]}{where}. Correct the "
                "module, or start in its folder."
            ) from None

    def _layers(self) -> list[str]:
        import keras

        return [
            name
            for name, value in vars(self._imported()).items()
            if isinstance(value, type)
            and issubclass(value, keras.layers.Layer)
            and value.__module__ == self.module
        ]

    def _unbound(self, signature: inspect.Signature, error: Exception) -> str:
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        missing_names = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.default is inspect.Parameter.empty
            and parameter.kind not in kinds
            and parameter.name not in self.arguments
        ]
        if missing_names:
            options = " ".join(f"--arg {name}=…" for name in missing_names)
            return (
                f"`{self.name}` cannot be made: expected values for {', '.join(missing_names)}, "
                "which have no default. Received "
                f"{', '.join(self.arguments) or 'none'}. Add {options}."
            )
        return (
            f"`{self.name}` cannot be made: expected arguments of its constructor "
            f"{signature}. Received {', '.join(self.arguments)} ({error}). Leave out the "
            "others."
        )


def parse_target(target: str, arguments: Sequence[str], folder: Path) -> TargetLayer:
    """Read a layer and its arguments from the command line.

    Args:
        target: ``my_module:MyLayer`` or ``folder/my_module.py:MyLayer``.
        arguments: the constructor's, each ``units=5``. A value that is no Python literal is text.
        folder: the folder in which a module is looked for.

    Raises:
        BadInputError: anything else.
    """
    module, colon, name = target.rpartition(":")
    if module.endswith(".py"):
        folder, module = (folder / module).resolve().parent, Path(module).stem
    if not colon or not all(part.isidentifier() for part in (*module.split("."), name)):
        raise BadInputError(
            "The layer cannot be found: expected a module and a class, such as "
            f"`my_module:MyLayer`. Received {target[:60]!r}. Write both, with a colon between."
        )
    return TargetLayer(module, name, str(folder), dict(map(_argument, arguments)))


def _argument(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise BadInputError(
            "An argument cannot be used: expected a name and a value, such as `units=5`. "
            f"Received {text[:60]!r}. Write `--arg name=value`."
        )
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value
