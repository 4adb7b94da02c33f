"""The typed steps of a plan, one file each, and the union of them that a document may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from augury.plans.steps.affine import Affine
from augury.plans.steps.alias import Alias
from augury.plans.steps.binary import Binary
from augury.plans.steps.bins import Bins
from augury.plans.steps.blank import Blank, among
from augury.plans.steps.boolean import Boolean
from augury.plans.steps.category import Category, normalised
from augury.plans.steps.code import Code
from augury.plans.steps.constant import Constant
from augury.plans.steps.date import Date
from augury.plans.steps.date_difference import DateDifference
from augury.plans.steps.date_parts import DateParts
from augury.plans.steps.entries import Entries, numeric_entries
from augury.plans.steps.feature_id import UNSEEN_ID, FeatureId
from augury.plans.steps.fill import Fill, IsMissing
from augury.plans.steps.group import Group
from augury.plans.steps.items import Items
from augury.plans.steps.lookup import Lookup
from augury.plans.steps.one_hot import OneHot
from augury.plans.steps.path import Path
from augury.plans.steps.products import Products
from augury.plans.steps.require import Require
from augury.plans.steps.scale import Scale
from augury.plans.steps.split import Split
from augury.plans.steps.spread import Spread
from augury.plans.steps.svmlight import Svmlight
from augury.plans.steps.terms import HashedTerms, Terms
from augury.plans.steps.tfidf import Tfidf
from augury.plans.steps.typed import AsNumber, AsText

type AnyStep = Annotated[
    Affine
    | Alias
    | AsNumber
    | AsText
    | Binary
    | Bins
    | Blank
    | Boolean
    | Category
    | Code
    | Constant
    | Date
    | DateDifference
    | DateParts
    | Entries
    | FeatureId
    | Fill
    | Group
    | HashedTerms
    | IsMissing
    | Items
    | Lookup
    | OneHot
    | Path
    | Products
    | Require
    | Scale
    | Split
    | Spread
    | Svmlight
    | Terms
    | Tfidf,
    Field(discriminator="kind"),
]

__all__ = [
    "UNSEEN_ID",
    "Affine",
    "Alias",
    "AnyStep",
    "AsNumber",
    "AsText",
    "Binary",
    "Bins",
    "Blank",
    "Boolean",
    "Category",
    "Code",
    "Constant",
    "Date",
    "DateDifference",
    "DateParts",
    "Entries",
    "FeatureId",
    "Fill",
    "Group",
    "HashedTerms",
    "IsMissing",
    "Items",
    "Lookup",
    "OneHot",
    "Path",
    "Products",
    "Require",
    "Scale",
    "Split",
    "Spread",
    "Svmlight",
    "Terms",
    "Tfidf",
    "among",
    "normalised",
    "numeric_entries",
]
