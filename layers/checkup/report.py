"""What a check-up finds, as plain data: findings with their evidence, and how to mend each."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["broken", "risky", "note"]
AS_RAISED = ("cannot-make", "cannot-call", "cannot-trace", "raises")
"""Codes of errors that are shown as they were raised."""
CAUSES = ("reserved-name", "build-signature", "positional-add-weight")
"""Codes of mistakes that make a layer raise wherever it is used."""
SEVERITIES: tuple[Severity, ...] = ("broken", "risky", "note")


@dataclass(frozen=True, kw_only=True)
class Fix:
    """Lines before and after; the author's own where the source is at hand, else an example.

    ``first`` is the number of the first line in the author's file.
    """

    before: str
    after: str
    own: bool = False
    file: str = "example.py"
    first: int = 1

    @property
    def diff(self) -> str:
        """The change as a unified diff; line numbers are the author's own."""
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
        code: its name, as in ``layers.checkup.examples.EXAMPLES``.
        severity: ``broken`` (does not train, save or load), ``risky``, or ``note``.
        where: the object meant: ``self.w, line 12``.
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
        """Return the finding for machines, its fix with the diff."""
        plain = asdict(self)
        if self.fix:
            plain["fix"]["diff"] = self.fix.diff
        return plain


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one probe found, and what it learnt that other probes need.

    Attributes:
        probe: its name.
        layer: the layer's class, where the probe learnt it.
        findings: what it found.
        able: what the layer can do, as probes name what they need.
        skipped: why it was not run; empty where it was.
        milliseconds: how long it took.
    """

    probe: str
    layer: str = ""
    findings: tuple[Finding, ...] = ()
    able: frozenset[str] = frozenset()
    skipped: str = ""
    milliseconds: float = 0.0

    @property
    def nbytes(self) -> int:
        """Bytes, roughly, for a cache that is bounded by them."""
        return 200 + sum(len(repr(finding)) for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole check-up.

    Attributes:
        layer: what was checked.
        shape: the input's shape, spelled.
        findings: the worst first, each once.
        outcomes: every probe, in the order they ran.
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
        """The codes of the findings, each once."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings))

    def as_dict(self) -> dict[str, Any]:
        """Return the report for machines, each fix with its diff."""
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


def collected(layer: str, shape: str, outcomes: tuple[Outcome, ...]) -> Report:
    """Gather what all probes found: equal findings once, the worst first."""
    found: dict[tuple[str, str], Finding] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            found.setdefault((finding.code, finding.where), finding)
    for key in [key for key, finding in found.items() if _is_told_better(finding, found)]:
        del found[key]
    ordered = sorted(found.values(), key=lambda finding: SEVERITIES.index(finding.severity))
    return Report(layer=layer, shape=shape, findings=tuple(ordered), outcomes=outcomes)


def _is_told_better(finding: Finding, found: dict[tuple[str, str], Finding]) -> bool:
    """Return whether an error as such is what another finding explains."""
    return finding.code in AS_RAISED and any(
        other.code not in AS_RAISED and (other.evidence == finding.evidence or other.code in CAUSES)
        for other in found.values()
    )
