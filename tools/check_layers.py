#!/usr/bin/env python3
"""Fails when a file under src/ includes a layer that docs/layers.txt does not allow it.

A layer may name only layers that stand above it, so no cycle can be written down. Portals are one
layer each for entries and exits, but no portal may include another one.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
PORTAL = re.compile(r"portals/(?:entry|exit)/[^/]+/")
# Of sdk/: what plugins are compiled with, and what both sides must say alike.
PLUGIN_ABI = {"tt_plugin.h", "tt_plugin/socket.hpp"}


def read_layers(path, errors):
    """Layer name -> set of the layers it may include, in the order of the file."""
    layers = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        name, colon, targets = line.split("#")[0].partition(":")
        if not colon:
            continue
        for target in targets.split():
            if target not in layers:
                errors.append(f"{path}:{number}: {name} names {target}, which is not above it")
        layers[name.strip()] = set(targets.split())
    return layers


def owner(layers, path):
    """The layer whose folder holds the path: the longest name wins."""
    names = [name for name in layers if path.startswith(name + "/")]
    return max(names, key=len, default=None)


def check_include(layers, path, target):
    """What is wrong with the file `path` including `target`, or None."""
    mine, theirs = owner(layers, path), owner(layers, target)
    if target in PLUGIN_ABI and mine == "portals/plugin":
        return None
    if theirs is None:
        return f'"{target}" is in no layer of docs/layers.txt'
    portal = PORTAL.match(target)
    if portal and not path.startswith(portal[0]):
        return f'a portal is included by its own folder only ("{target}")'
    if theirs != mine and theirs not in layers[mine]:
        return f'{mine} may not include {theirs} ("{target}")'
    return None


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    errors = []
    layers = read_layers(root / "docs/layers.txt", errors)
    files = sorted(f for f in (root / "src").rglob("*") if f.suffix in {".h", ".cc"})
    for file in files:
        path = file.relative_to(root / "src").as_posix()
        if owner(layers, path) is None:
            errors.append(f"src/{path}: no layer in docs/layers.txt holds this file")
            continue
        for number, text in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(text)
            problem = match and check_include(layers, path, match[1])
            if problem:
                errors.append(f"src/{path}:{number}: {problem}")
    print("\n".join(errors) or f"layers: {len(files)} files, {len(layers)} layers, all in order")
    return bool(errors)


sys.exit(main())
