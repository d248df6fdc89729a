"""Vietnamese or English, for messages that may lack accents."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.syllables import fold, is_syllable

# English words that are not Vietnamese syllables, or are far commoner in English messages.
_STRONG = frozenset(
    ["the", "my", "i'm", "im", "you", "your", "we", "our", "us", "he", "she", "his", "her", "they", "their", "it", "its", "is", "are", "was", "were", "be", "been", "do", "does", "did", "what", "where", "when", "which", "who", "whom", "whose", "how", "why", "can", "could", "would", "should", "will", "shall", "must", "may", "might", "need", "want", "wanna", "get", "got", "have", "has", "had", "for", "from", "with", "without", "about", "into", "this", "that", "these", "those", "there", "here", "and", "or", "not", "please", "pls", "thanks", "thank", "hello", "hi", "hey", "bye", "goodbye", "yes", "no", "yeah", "nope", "okay", "sorry", "help", "again", "louder", "slower", "stop", "speak", "english", "vietnamese", "counter", "ticket", "queue", "number", "restroom", "toilet", "bathroom", "water", "open", "close", "closed", "hours", "office", "ward", "staff", "person", "human", "robot", "machine", "take", "show", "lead", "bring", "tell", "give", "apply", "register", "registration", "certificate", "certify", "certified", "copy", "birth", "death", "marriage", "marry", "married", "divorce", "residence", "temporary", "permanent", "house", "land", "permit", "license", "licence", "business", "fee", "cost", "much", "many", "long", "document", "documents", "paper", "papers", "form", "online", "submit", "birth", "child", "baby", "kid", "wife", "husband", "father", "mother", "son", "daughter", "foreigner", "foreign", "passport", "card", "tax", "price", "pay", "free", "time", "day", "days", "week", "file", "complaint", "status", "lost", "stolen", "new", "old", "first", "second", "third", "last", "one", "two", "three", "four", "five", "if", "so", "of", "by", "at", "as", "am", "me", "a", "any", "some"]
)
_SHARED = frozenset(
    ["an", "a", "i", "to", "do", "me", "on", "in", "can", "long", "hot", "the", "them", "no", "son", "so", "of", "or", "at", "as", "am", "oh"]
)


def detect(tokens: Sequence[str]) -> str:
    """`vi` or `en`; `vi` when nothing speaks for English."""
    english = vietnamese = 0.0
    for token in tokens:
        if fold(token) != token:
            vietnamese += 1.5
        elif token in _SHARED:
            english += 0.25
        elif token in _STRONG:
            english += 1.0 if not is_syllable(token) or len(token) < 3 else 0.8
        elif is_syllable(token):
            vietnamese += 1.0
        elif len(token) >= 4 and token.isalpha():
            english += 0.5
    return "en" if english > vietnamese and english >= 0.8 else "vi"
