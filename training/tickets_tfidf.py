"""Which desk a support ticket belongs to, from its words: tf-idf weights and a logistic regression."""

from __future__ import annotations

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from augury.pipelines import ListFeaturesTransform, SKLearnClassifier, TfidfTransform

_TICKETS = {
    "billing": [
        "I was charged twice for the same invoice this month",
        "Please refund the payment, the amount on my card is wrong",
        "Where can I download the invoice for my last payment?",
        "The discount was not taken off the invoice",
        "My card was declined although there is money on the account",
        "Can I pay the yearly price by bank transfer?",
        "The refund has not arrived on my account",
        "Why did the price of my plan go up on this invoice?",
        "Tax is missing on the invoice, my accountant needs it",
        "Stop charging my card, I cancelled the plan",
    ],
    "delivery": [
        "The parcel has not arrived and the tracking page is empty",
        "My order came with a broken box and one cup missing",
        "Please send the parcel to my new address",
        "The courier left the package with a neighbour I do not know",
        "How long does shipping to Norway take?",
        "The tracking number of my order does not exist",
        "Half of the order is missing from the package",
        "The courier rang once and took the parcel back",
        "Can the order be delivered on Saturday?",
        "I received somebody else's parcel, où est le mien ?",
    ],
    "technical": [
        "The app crashes when I open the settings",
        "I can't log in, the password reset mail never comes",
        "The website shows an error 500 after the login",
        "Export to a file hangs and the browser freezes",
        "Since the update the app does not start on my phone",
        "Two factor login asks for a code that is always wrong",
        "The page stays blank in the browser",
        "Error when I upload a picture larger than two megabytes",
        "The app forgets my password after each update",
        "Search returns an error for words with an umlaut, like Tür",
    ],
}


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("tfidf", TfidfTransform("text", "words", stop_words="english")),
            ("columns", ListFeaturesTransform("words", measure="weight")),
            ("logistic", SKLearnClassifier("desk", excluded=["text"], clf=LogisticRegression(C=10.0, max_iter=500))),
        ]
    )


def load_frame() -> pd.DataFrame:
    """Return thirty short tickets, ten for each desk."""
    rows = [{"text": text, "desk": desk} for desk, texts in _TICKETS.items() for text in texts]
    return pd.DataFrame(rows)
