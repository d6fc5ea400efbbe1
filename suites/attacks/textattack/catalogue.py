"""The recipes of TextAttack 0.3.11: which class each is, and what it takes to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from harness.core.errors import ConfigError
from harness.suites.attacks.deepwordbug import DeepWordBug
from harness.suites.attacks.pruthi import Pruthi
from harness.suites.attacks.pwws import Pwws
from harness.suites.attacks.textattack.library_needs import (
    FlairModel,
    HubModel,
    NltkResource,
    SentenceEncoder,
)
from harness.suites.attacks.textattack.needs import (
    CachedByTextAttack,
    InHome,
    InPackage,
    Need,
    Package,
)

if TYPE_CHECKING:
    from harness.core.ports import Attack


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recipe."""

    cls: str
    """Its class in ``textattack.attack_recipes``."""
    build: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of its ``build``, beside the model."""
    needs: tuple[Need, ...] = ()
    """Beside NLTK's stop words and WordNet, which TextAttack wants in any case."""
    never: str = ""
    """Why no data and no package would make it run here; empty where they would."""
    keeps_label: bool = False
    """Whether it succeeds while the model stays right."""
    heeds_budget: bool = True
    """Whether its search can do without queries that its budget refuses."""
    twin: Attack | None = None
    """The recipe of our own that makes the same changes."""

    @property
    def missing(self) -> tuple[str, str] | None:
        """What is not here, and how to get it; None where nothing is missing."""
        missing = [need for need in self.needs if not need.is_met()]
        if not missing:
            return None
        what = ", ".join(need.what for need in missing)
        return f"lacks {what}", "; ".join(dict.fromkeys(need.remedy for need in missing))

    def require(self, label: str) -> None:
        """Refuse to go on without what is needed.

        Args:
            label: of the attack, for the message.

        Raises:
            ConfigError: something is missing.
        """
        if self.missing is not None:
            raise ConfigError(f"attack {label!r}", *self.missing)


_VECTORS = CachedByTextAttack(
    path="word_embeddings/paragramcf", holds="the counter-fitted word vectors"
)
_HOWNET = CachedByTextAttack(
    path="transformations/hownet/word_candidates_sense.pkl", holds="HowNet's candidates"
)
_GOOGLE_LM = CachedByTextAttack(
    path="constraints/semantics/language-models/alzantot-goog-lm",
    holds="the One Billion Word language model",
)
_LEARNING_TO_WRITE = CachedByTextAttack(
    path="constraints/grammaticality/language-models/learning-to-write",
    holds="the language model Learning to Write",
)
_HOMOGLYPHS = InPackage(
    package="textattack",
    file="shared/intentional_homoglyphs.txt",
    remedy="put it into the installed package from TextAttack's repository",
)
_TAGGER = NltkResource(path="taggers/averaged_perceptron_tagger_eng")
_TAGSET = NltkResource(path="taggers/universal_tagset")
_ENCODER = SentenceEncoder()
_BERT = HubModel(repository="bert-base-uncased")
_NOT_A_LABEL = "attacks what a model writes, and not the label that it gives"
_WHITE_BOX = "goes by gradients, which TextAttack takes from a PyTorch model of its own only"
_WRONG = {"goal_function_type": "targeted_classification", "target_class": 0}
"""Anything that is not right is class 0 for TextAttack (see ``victim.py``), so that to aim at it
is to aim at any wrong label."""


def _bad_characters(kind: str, *needs: Need) -> Entry:
    return Entry(
        cls="BadCharacters2021",
        build={**_WRONG, "perturbation_type": kind},
        needs=needs,
        heeds_budget=False,
    )


CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        "a2t": Entry(cls="A2TYoo2021", never=_WHITE_BOX),
        "alzantot": Entry(
            cls="GeneticAlgorithmAlzantot2018",
            needs=(_VECTORS, _GOOGLE_LM, Package(package="tensorflow")),
        ),
        "bad-characters-deletions": _bad_characters("deletions"),
        "bad-characters-homoglyphs": _bad_characters("homoglyphs", _HOMOGLYPHS),
        "bad-characters-invisible": _bad_characters("invisible"),
        "bad-characters-reorderings": _bad_characters("reorderings"),
        "bae": Entry(cls="BAEGarg2019", needs=(_BERT, _ENCODER, _TAGGER, _TAGSET)),
        "bert-attack": Entry(cls="BERTAttackLi2020", needs=(_BERT, _ENCODER)),
        "checklist": Entry(
            cls="CheckList2020", needs=(FlairModel(repository="flair/ner-english"),)
        ),
        "chinese": Entry(
            cls="ChineseRecipe",
            needs=(
                InHome(
                    path=".openhownet/resources/sememe_all",
                    holds="HowNet's dictionary",
                    remedy="run python -c 'import OpenHowNet; OpenHowNet.download()' once",
                ),
                HubModel(repository="xlm-roberta-base"),
            ),
        ),
        "clare": Entry(
            cls="CLARE2020", needs=(HubModel(repository="distilroberta-base"), _ENCODER)
        ),
        "deepwordbug": Entry(cls="DeepWordBugGao2018", twin=DeepWordBug()),
        "faster-alzantot": Entry(
            cls="FasterGeneticAlgorithmJia2019",
            needs=(_VECTORS, _LEARNING_TO_WRITE, Package(package="torchfile")),
        ),
        "french": Entry(
            cls="FrenchRecipe",
            needs=(
                NltkResource(path="corpora/omw-1.4"),
                FlairModel(repository="flair/ner-french"),
            ),
        ),
        "hotflip": Entry(cls="HotFlipEbrahimi2017", never=_WHITE_BOX),
        "iga": Entry(cls="IGAWang2019", needs=(_VECTORS,)),
        "input-reduction": Entry(cls="InputReductionFeng2018", keeps_label=True),
        "kuleshov": Entry(
            cls="Kuleshov2017",
            never="stops where the right label falls below 0.7, which need not turn the model",
        ),
        "leap": Entry(cls="LEAP2023"),
        "morpheus": Entry(cls="MorpheusTan2020", never=_NOT_A_LABEL),
        "pruthi": Entry(
            cls="Pruthi2019",
            twin=Pruthi(),  # type: ignore[abstract] # what it lacks no search of its own asks for
        ),
        "pso": Entry(
            cls="PSOZang2020",
            needs=(_HOWNET, FlairModel(repository="flair/upos-english-fast")),
        ),
        "pwws": Entry(cls="PWWSRen2019", twin=Pwws()),
        "seq2sick": Entry(cls="Seq2SickCheng2018BlackBox", never=_NOT_A_LABEL),
        "spanish": Entry(
            cls="SpanishRecipe",
            never="asks WordNet for the language 'esp', which it calls 'spa' (a defect of 0.3.11)",
        ),
        "textbugger": Entry(cls="TextBuggerLi2018", needs=(_HOMOGLYPHS, _VECTORS, _ENCODER)),
        "textfooler": Entry(cls="TextFoolerJin2019", needs=(_VECTORS, _ENCODER, _TAGGER, _TAGSET)),
    }
)
"""By the names that TextAttack's command has for them, or would have."""
