"""The library as a whole: every feature, every prompt version, checked against each other and against the policy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.library.feature_file import INPUT_EVIDENCE, Feature, read_feature
from gateway.library.policy import Policy
from gateway.library.policy_types import frozen
from gateway.library.problems import LibraryError, Problem
from gateway.library.version_file import PromptVersion, read_version
from gateway.library.yamlfile import Document, read_yaml, read_yaml_file

__all__ = [
    "INPUT_EVIDENCE",
    "Catalog",
    "Feature",
    "PromptVersion",
    "load_catalog",
    "parse_version",
    "read_partials",
    "revived_version",
]

MAX_PARTIAL = 16 * 1024
_PARTIAL_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_VERSION_NAME = re.compile(r"v[1-9][0-9]{0,4}\.yaml\Z")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything in `prompts/`, and what was released from elsewhere since.

    `prompts` is keyed by feature and version, `by_hash` by content hash.
    """

    features: Mapping[str, Feature]
    prompts: Mapping[tuple[str, int], PromptVersion]
    by_hash: Mapping[str, PromptVersion]
    partials: Mapping[str, str]

    def versions(self, feature: str) -> list[PromptVersion]:
        """Return a feature's versions, oldest first."""
        return [prompt for (name, _), prompt in sorted(self.prompts.items()) if name == feature]

    def add(self, prompt: PromptVersion) -> None:
        """Take in a version that has no file here, such as one written in the admin; a file's version stays."""
        assert isinstance(self.prompts, dict) and isinstance(self.by_hash, dict)
        self.prompts.setdefault((prompt.feature, prompt.version), prompt)
        self.by_hash.setdefault(prompt.content_hash, prompt)

    def drop(self, content_hash: str) -> None:
        """Forget a version that was added; nothing happens when it is not here."""
        assert isinstance(self.prompts, dict) and isinstance(self.by_hash, dict)
        if content_hash in self.by_hash:
            prompt: PromptVersion = self.by_hash.pop(content_hash)
            key = (prompt.feature, prompt.version)
            if key in self.prompts and self.prompts[key] is prompt:
                del self.prompts[key]


def load_catalog(prompts_dir: Path, policy: Policy, package: str = "gateway.features") -> Catalog:
    """Return the checked library. Raises `LibraryError` with every problem of every file.

    `package` is where feature modules are looked for.
    """
    loader = _Loader(prompts_dir, policy, package)
    loader.load()
    if loader.problems:
        raise LibraryError(loader.problems)
    prompts = loader.prompts
    newest_first = sorted(prompts.items(), reverse=True)
    return Catalog(
        features=frozen(loader.features),
        prompts=dict(prompts),
        by_hash={prompt.content_hash: prompt for _, prompt in newest_first},
        partials=frozen(loader.partials),
    )


def parse_version(
    text: str, feature: Feature, partials: Mapping[str, str], policy: Policy, *, file: str = "draft", version: int = 1
) -> PromptVersion:
    """Return a version written elsewhere than in a file, such as a draft. Raises `LibraryError`."""
    document = read_yaml(text, file)
    findings = document.findings()
    prompt = read_version(document, feature, partials, policy, findings, Path(feature.name) / f"v{version}.yaml")
    findings.raise_if_any()
    assert prompt
    return prompt


def revived_version(
    document: Mapping[str, Any], feature: Feature, partials: Mapping[str, str], policy: Policy
) -> PromptVersion:
    """Return a version from the plain data that is kept of it. Raises `LibraryError`."""
    plain = Document(f"{feature.name} v{document.get('version')}", dict(document), {})
    findings = plain.findings()
    source = Path(feature.name) / f"v{document.get('version')}.yaml"
    prompt = read_version(plain, feature, partials, policy, findings, source)
    findings.raise_if_any()
    assert prompt
    return prompt


def read_partials(prompts_dir: Path) -> dict[str, str]:
    """Return the text of each prompts/_shared/<name>.txt. Raises `LibraryError`."""
    partials: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted((prompts_dir / "_shared").glob("*")):
        shown = f"{prompts_dir.name}/_shared/{path.name}"
        text, problem = _partial(path, shown)
        if problem:
            problems.append(problem)
        partials[path.stem] = text
    if problems:
        raise LibraryError(problems)
    return partials


def _partial(path: Path, shown: str) -> tuple[str, Problem | None]:
    if path.suffix != ".txt" or not _PARTIAL_NAME.match(path.stem):
        return "", Problem(shown, 0, "This is no partial.", "Name it <small_letters>.txt, or take it away.")
    try:
        text = path.read_bytes()[: MAX_PARTIAL + 1].decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeError):
        return "", Problem(shown, 0, "The file cannot be read as UTF-8 text.", "Save it as UTF-8.")
    if len(text) > MAX_PARTIAL:
        return "", Problem(shown, 0, f"The partial is longer than {MAX_PARTIAL // 1024} KB.", "Shorten it.")
    found = re.search(r"\{\{|\{%|\{#|\x00", text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        return "", Problem(
            shown, line, "A partial is plain text, not a template.", "Move what varies into the message."
        )
    return text.rstrip("\n"), None


class _Loader:
    """Goes through the folders once and keeps going after a problem, so that an author sees all of them."""

    def __init__(self, prompts_dir: Path, policy: Policy, package: str) -> None:
        self.root = prompts_dir
        self.policy = policy
        self.package = package
        self.problems: list[Problem] = []
        self.features: dict[str, Feature] = {}
        self.prompts: dict[tuple[str, int], PromptVersion] = {}
        self.partials: dict[str, str] = {}

    def load(self) -> None:
        """Read everything; what was refused is in `problems`."""
        if not self.root.is_dir():
            self.problems.append(Problem(str(self.root), 0, "There is no such folder.", "Name the folder of prompts."))
            return
        try:
            self.partials = read_partials(self.root)
        except LibraryError as error:
            self.problems.extend(error.problems)
        for folder in sorted(self.root.iterdir()):
            if folder.is_dir() and not folder.name.startswith(("_", ".")):
                self._folder(folder)
        self._check_unique_paths()

    def _shown(self, path: Path) -> str:
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def _folder(self, folder: Path) -> None:
        feature = self._feature(folder / "feature.yaml")
        files = sorted(
            path for path in folder.iterdir() if path.name != "feature.yaml" and not path.name.startswith(".")
        )
        versions = [path for path in files if _VERSION_NAME.match(path.name)]
        for path in files:
            if path not in versions:
                fix = "A feature's folder holds feature.yaml and v1.yaml, v2.yaml …"
                self.problems.append(Problem(self._shown(path), 0, "This file has no meaning here.", fix))
        if not versions:
            self.problems.append(Problem(self._shown(folder), 0, "The feature has no prompt.", "Write its v1.yaml."))
        for path in versions if feature else ():
            self._version(path, feature)

    def _feature(self, path: Path) -> Feature | None:
        try:
            document = read_yaml_file(path, self._shown(path))
        except LibraryError as error:
            self.problems.extend(error.problems)
            return None
        findings = document.findings()
        feature = read_feature(document, self.policy, findings, path, self.package)
        self.problems.extend(findings.problems)
        if feature:
            self.features[feature.name] = feature
        return feature

    def _version(self, path: Path, feature: Feature | None) -> None:
        assert feature
        try:
            document = read_yaml_file(path, self._shown(path))
        except LibraryError as error:
            self.problems.extend(error.problems)
            return
        findings = document.findings()
        prompt = read_version(document, feature, self.partials, self.policy, findings, path)
        self.problems.extend(findings.problems)
        if prompt:
            self.prompts[prompt.feature, prompt.version] = prompt

    def _check_unique_paths(self) -> None:
        owners: dict[tuple[str, str], str] = {}
        for method, path, feature in self._paths():
            owner = owners.setdefault((method, re.sub(r"\{[a-z_]+\}", "{}", path)), feature.name)
            if owner != feature.name:
                fix = f"The feature {owner} has it; choose another path."
                self.problems.append(Problem(self._shown(feature.source), 0, f"{method} {path} is taken.", fix))

    def _paths(self) -> Iterator[tuple[str, str, Feature]]:
        for feature in self.features.values():
            for path in (feature.path, *feature.aliases):
                yield from ((method, path, feature) for method in feature.methods)
