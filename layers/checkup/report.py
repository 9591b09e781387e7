"""The report of a check-up, as plain data: findings with their evidence and fixes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["broken", "risky", "note"]
RAISED_ERRORS = ("cannot-make", "cannot-call", "cannot-trace", "raises")
"""Rule IDs of errors that are shown as they were raised."""
ROOT_CAUSES = ("reserved-name", "build-signature", "positional-add-weight")
"""Rule IDs of mistakes that make a layer raise wherever it is used."""
SEVERITIES: tuple[Severity, ...] = ("broken", "risky", "note")


@dataclass(frozen=True, kw_only=True)
class Fix:
    """Lines before and after a change.

    Attributes:
        before: the lines as they are.
        after: the lines to write instead.
        own: whether they are the author's lines; else they are an example.
        file: the file's name.
        first: the number of the first line in the file.
    """

    before: str
    after: str
    own: bool = False
    file: str = "example.py"
    first: int = 1

    @property
    def diff(self) -> str:
        """The change as a unified diff, with the line numbers of the file."""
        lines = difflib.unified_diff(
            self.before.splitlines(),
            self.after.splitlines(),
            f"{self.file} (before)",
            f"{self.file} (after)",
            lineterm="",
            n=2,
        )
        return "\n".join(self._renumbered(lines))

    def _renumbered(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if not line.startswith("@@"):
                yield line
                continue
            _, old, new, _ = line.split()
            yield f"@@ {self._shifted(old)} {self._shifted(new)} @@"

    def _shifted(self, part: str) -> str:
        start, comma, count = part[1:].partition(",")
        return f"{part[0]}{int(start) + self.first - 1}{comma}{count}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: the rule ID, as in ``layers.checkup.examples.EXAMPLES``.
        severity: ``broken`` (does not train, save or load), ``risky``, or ``note``.
        where: the object and its line: ``self.w, line 12``.
        wrong: one sentence: what is wrong.
        happens: one sentence: what will happen to the model.
        evidence: what was measured.
        fix: the lines to write instead.
    """

    code: str
    severity: Severity
    where: str
    wrong: str
    happens: str
    evidence: str
    fix: Fix | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as data for JSON; its fix has the diff."""
        plain = asdict(self)
        if self.fix:
            plain["fix"]["diff"] = self.fix.diff
        return plain


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of one probe.

    Attributes:
        probe: the probe's name.
        layer: the name of the layer's class; only the probe ``make`` sets it.
        findings: what is wrong.
        abilities: what the layer can do (``make``, ``call``, ``graph``); other probes need it.
        skipped: why the probe did not run; empty if it ran.
        milliseconds: how long it took.
    """

    probe: str
    layer: str = ""
    findings: tuple[Finding, ...] = ()
    abilities: frozenset[str] = frozenset()
    skipped: str = ""
    milliseconds: float = 0.0

    @property
    def nbytes(self) -> int:
        """The approximate size in bytes, for a cache that is bounded by bytes."""
        return 200 + sum(len(repr(finding)) for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole check-up.

    Attributes:
        layer: the name of the layer's class.
        shape: the input's shape, as text.
        findings: each once, the most severe first.
        outcomes: one for each probe, in the order of the plan.
    """

    layer: str
    shape: str
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> bool:
        """Whether the layer will not train, save or load as written."""
        return any(finding.severity == "broken" for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The rule IDs of the findings, each once."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings))

    def as_dict(self) -> dict[str, Any]:
        """Return the report as data for JSON; each fix has its diff."""
        return {
            "layer": self.layer,
            "shape": self.shape,
            "broken": self.broken,
            "findings": [finding.as_dict() for finding in self.findings],
            "examinations": [
                {
                    "name": outcome.probe,
                    "skipped": outcome.skipped,
                    "milliseconds": round(outcome.milliseconds, 1),
                }
                for outcome in self.outcomes
            ],
        }


def merge_outcomes(layer: str, shape: str, outcomes: tuple[Outcome, ...]) -> Report:
    """Combine the findings of all probes: equal ones once, the most severe first.

    Args:
        layer: the name of the layer's class.
        shape: the input's shape, as text.
        outcomes: one for each probe.
    """
    found: dict[tuple[str, str], Finding] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            found.setdefault((finding.code, finding.where), finding)
    for key in [key for key, finding in found.items() if _is_explained_by_another(finding, found)]:
        del found[key]
    ordered = sorted(found.values(), key=lambda finding: SEVERITIES.index(finding.severity))
    return Report(layer=layer, shape=shape, findings=tuple(ordered), outcomes=outcomes)


def _is_explained_by_another(finding: Finding, found: dict[tuple[str, str], Finding]) -> bool:
    """Return whether a finding is a bare error whose cause is another finding."""
    return finding.code in RAISED_ERRORS and any(
        other.code not in RAISED_ERRORS
        and (other.evidence == finding.evidence or other.code in ROOT_CAUSES)
        for other in found.values()
    )
