"""From a text to its terms: scikit-learn's analysis of words and characters, as data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import chain
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, PositiveInt, model_validator

_SPACES = re.compile(r"\s\s+")


class Analysis(BaseModel):
    r"""How terms are found in a text.

    Parameters
    ----------
    terms : {"word", "char", "char_wb"}, default "word"
        Words, characters, or characters within words that are padded with a space on both sides.
    shortest, longest : int, default 1
        Least and greatest number of words or characters in a term.
    lowercase : bool, default True
        Whether the text is put in lower case first.
    strip_accents : {"ascii", "unicode"}, optional
        Whether accents are left out next: with all characters that are not ASCII, or without.
    token_pattern : str
        Regular expression of a word, with one group at most; the default is two or more letters, digits or ``_``.
    stop_words : tuple of str, default ()
        Words that are left out.

    Examples
    --------
    >>> Analysis(longest=2).compiled()("No bread, no butter")
    ['no', 'bread', 'no', 'butter', 'no bread', 'bread no', 'no butter']
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    terms: Literal["word", "char", "char_wb"] = "word"
    shortest: PositiveInt = 1
    longest: PositiveInt = 1
    lowercase: bool = True
    strip_accents: Literal["ascii", "unicode"] | None = None
    token_pattern: str = r"(?u)\b\w\w+\b"  # noqa: S105
    stop_words: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError("the shortest term is longer than the longest")
        try:
            groups = re.compile(self.token_pattern).groups
        except re.error as error:
            raise ValueError(f"token_pattern is no regular expression: {error}") from None
        if groups > 1:
            raise ValueError("token_pattern has more than one group")
        return self

    def compiled(self) -> Callable[[str], list[str]]:
        """Return the function from a text to its terms, in their order."""
        find_terms = {"word": self._words, "char": self._characters, "char_wb": self._padded_characters}[self.terms]()

        def analyse(text: str) -> list[str]:
            return find_terms(self._prepared(text))

        return analyse

    def _prepared(self, text: str) -> str:
        lower = text.lower() if self.lowercase else text
        if self.strip_accents is None or lower.isascii():
            return lower
        decomposed = unicodedata.normalize("NFKD", lower)
        if self.strip_accents == "ascii":
            return decomposed.encode("ascii", "ignore").decode()
        return "".join(character for character in decomposed if not unicodedata.combining(character))

    def _words(self) -> Callable[[str], list[str]]:
        find_words, stop_words = re.compile(self.token_pattern).findall, frozenset(self.stop_words)

        def words(text: str) -> list[str]:
            found = find_words(text)
            kept = [word for word in found if word not in stop_words] if stop_words else found
            runs = (_runs(kept, length) for length in self._lengths(len(kept)))
            return list(chain.from_iterable(map(" ".join, run) for run in runs)) if self.longest > 1 else kept

        return words

    def _characters(self) -> Callable[[str], list[str]]:
        def characters(text: str) -> list[str]:
            text = _SPACES.sub(" ", text)
            return [term for length in self._lengths(len(text)) for term in _runs(text, length)]

        return characters

    def _padded_characters(self) -> Callable[[str], list[str]]:
        def padded_characters(text: str) -> list[str]:
            return [term for word in text.split() for term in self._of_padded(f" {word} ")]

        return padded_characters

    def _of_padded(self, word: str) -> list[str]:
        """Return the runs of a padded word, which counts once as a whole where it is shorter than a run should be."""
        terms: list[str] = []
        for length in range(self.shortest, self.longest + 1):
            terms += _runs(word, length) if length < len(word) else [word]
            if length >= len(word):
                break
        return terms

    def _lengths(self, available: int) -> range:
        return range(self.shortest, min(self.longest, available) + 1)


def _runs[Text: (str, list[str])](text: Text, length: int) -> list[Text]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]
