"""What recipes of TextAttack need of other libraries' stores: models, taggers, corpora.

Looked for where each library looks, without importing more of it than its index of files.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from harness.suites.attacks.textattack.needs import hash_of, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """A model of the Hugging Face hub, by the name that the recipe has for it."""

    repository: str

    @property
    def name(self) -> str:
        """Its repository."""
        return self.repository

    @property
    def what(self) -> str:
        """What it is."""
        return f"the model {self.repository} in the cache of the Hugging Face hub"

    @property
    def remedy(self) -> str:
        """Fetch it once."""
        return f"run 'hf download {self.repository}' once with a network"

    def is_met(self) -> bool:
        """Tell whether its configuration is in the cache."""
        return bool(self.fingerprint())

    def fingerprint(self) -> str:
        """Return the commit that is in the cache; empty where there is none."""
        if find_spec("huggingface_hub") is None:
            return ""
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(self.repository, "config.json")
        return Path(found).parent.name if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlairModel:
    """A tagger of flair, kept in flair's own cache."""

    repository: str

    @property
    def name(self) -> str:
        """Its repository."""
        return self.repository

    @property
    def what(self) -> str:
        """What it is."""
        return f"flair's tagger {self.repository} in flair's cache"

    @property
    def remedy(self) -> str:
        """Fetch it once."""
        call = f'from flair.models import SequenceTagger as T; T.load("{self.repository}")'
        return f"run python -c '{call}' once with a network"

    def is_met(self) -> bool:
        """Tell whether its weights are there."""
        return bool(self.fingerprint())

    def fingerprint(self) -> str:
        """Return the commit that is in the cache; empty where there is none."""
        root = Path(os.environ.get("FLAIR_CACHE_ROOT", Path.home() / ".flair"))
        folder = root / "models" / self.repository.split("/")[-1]
        found = folder.glob("models--*/snapshots/*/pytorch_model.bin")
        return max((path.parent.name for path in found), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class NltkResource:
    """A resource of NLTK that no package here holds."""

    path: str
    """As ``nltk.data.find`` takes it."""

    @property
    def name(self) -> str:
        """Its path."""
        return self.path

    @property
    def what(self) -> str:
        """What it is."""
        return f"NLTK's {self.path}"

    @property
    def remedy(self) -> str:
        """Fetch it once."""
        return f"run python -m nltk.downloader {Path(self.path).name} once with a network"

    def is_met(self) -> bool:
        """Tell whether it is where NLTK looks."""
        return self._place is not None

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of its files; empty where NLTK finds none."""
        return "" if self._place is None else hash_of(self._place)

    @property
    def _place(self) -> Path | None:
        for folder in _nltk_folders():
            for name in (self.path, f"{self.path}.zip"):
                if (folder / name).exists():
                    return folder / name
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceEncoder:
    """The Universal Sentence Encoder, through TensorFlow Hub."""

    url: str = "https://tfhub.dev/google/universal-sentence-encoder/3"

    @property
    def name(self) -> str:
        """Its address."""
        return self.url

    @property
    def what(self) -> str:
        """What it is."""
        return "the Universal Sentence Encoder of TensorFlow Hub"

    @property
    def remedy(self) -> str:
        """Fetch it once."""
        call = f'import tensorflow_hub as hub; hub.load("{self.url}")'
        return (
            "pip install tensorflow tensorflow-hub, and with TFHUB_CACHE_DIR set run"
            f" python -c '{call}' once with a network"
        )

    def is_met(self) -> bool:
        """Tell whether package and model are here."""
        return find_spec("tensorflow_hub") is not None and self._place.is_dir()

    def fingerprint(self) -> str:
        """Return the version of what loads it, and its address."""
        return f"{version_of('tensorflow-hub')} {self.url}"

    @property
    def _place(self) -> Path:
        usual = Path(tempfile.gettempdir()) / "tfhub_modules"
        own = os.environ.get("TA_CACHE_DIR") or os.environ.get("TFHUB_CACHE_DIR")
        # TensorFlow Hub names the folder so; no secret.
        folder = hashlib.sha1(self.url.encode(), usedforsecurity=False).hexdigest()
        return Path(own or usual) / folder


def _nltk_folders() -> Iterator[Path]:
    """Yield where NLTK looks for data, without its import, which takes seconds."""
    yield from map(Path, filter(None, os.environ.get("NLTK_DATA", "").split(os.pathsep)))
    yield Path.home() / "nltk_data"
    for prefix in (sys.prefix, "/usr", "/usr/local"):
        for part in ("", "share", "lib"):
            yield Path(prefix) / part / "nltk_data"
