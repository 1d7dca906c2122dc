"""Properties that a catalogue text may only claim when the input states them.

Figures are traced elsewhere; this closed list is of words. Each line is one claim with its spellings, so that
"water resistant" in the input supports "water-resistant" in the text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import re2

_CLAIMS = r"""
waterproof; water[- ]?proof
water-resistant; water[- ]?resistant; splash[- ]?proof
rustproof; rust[- ]?(?:proof|free|resistant)
shockproof; shock[- ]?(?:proof|resistant)
dustproof; dust[- ]?(?:proof|resistant)
fireproof; fire[- ]?(?:proof|resistant); flame[- ]?retardant
heat-resistant; heat[- ]?(?:proof|resistant)
scratch-resistant; scratch[- ]?(?:proof|resistant)
stain-resistant; stain[- ]?(?:proof|resistant)
leakproof; leak[- ]?(?:proof|free)
unbreakable; unbreakable; shatter[- ]?proof; indestructible
non-stick; non[- ]?stick
wireless; wireless(?:ly)?; cordless
bluetooth; bluetooth
wi-fi; wi[- ]?fi
5g; [45]g
smart; smart (?:tv|features?|apps?|home|functions?)
touchscreen; touch[- ]?screen
4k; [48]k; ultra[- ]?hd; uhd
full hd; (?:full )?hd(?!mi); high[- ]definition
hdr; hdr(?:10)?
oled; oled
dolby; dolby; surround sound
voice control; voice (?:control(?:led)?|assistant|commands?)
rechargeable; rechargeable
solar; solar(?:[- ]powered)?
inverter; inverter
fast charging; (?:fast|quick|rapid)[- ]charg(?:e|ing)
energy-saving; energy[- ](?:saving|efficient|efficiency); low power consumption
long battery life; (?:long|all[- ]day) battery
durable; durable; durability; hard[- ]?wearing; long[- ]?lasting; built to last; sturdy; robust; heavy[- ]duty
lightweight; light[- ]?weight
portable; portable
foldable; fold(?:able|ing)
adjustable; adjustable
washable; (?:machine[- ])?washable; dishwasher[- ]safe
reusable; re-?usable
biodegradable; bio-?degradable; compostable; recyclable; recycled
eco-friendly; (?:eco|environmentally)[- ]friendly; sustainable; green product
organic; organic(?:ally)?
natural; (?:all[- ])?natural
fresh; fresh(?:ly|ness)?; farm[- ]fresh
pure; pure; 100 ?% pure; purity
halal; halal
kosher; kosher
vegan; vegan; vegetarian; plant[- ]based
gluten-free; gluten[- ]free
sugar-free; (?:sugar[- ]free|no added sugar|unsweetened)
fat-free; (?:fat|cholesterol)[- ]free; low[- ]fat
preservative-free; (?:preservative|additive)[- ]free; no (?:preservatives|additives|artificial)
fortified; fortified; enriched; iodi[sz]ed; vitamins?
healthy; healthy; healthier; nutritious; nourishing; wholesome; good for your health
medical; cures?; heals?; clinically; dermatologically; doctor[- ]recommended; antibacterial; anti[- ]bacterial
hypoallergenic; hypo-?allergenic
non-toxic; non[- ]?toxic; chemical[- ]free; bpa[- ]free
child-safe; (?:child|kid|baby|pet)[- ](?:safe|proof)
original; original; genuine; authentic
imported; imported; import quality
locally made; local(?:ly)?[- ](?:made|produced|grown|sourced); made in \w+; ghana(?:ian)?[- ]made
handmade; hand[- ]?(?:made|crafted|woven)
premium; premium; luxury; luxurious; top[- ]quality; high[- ]quality; world[- ]class; superior; finest
certified; certified; certification; approved; fda; ghana standards authority; iso \d+; tested
award-winning; award[- ]winning
best; (?:the )?best(?! before)(?:[- ]?(?:selling|seller|rated))?; number one; no\. ?1; unbeatable; unmatched; leading
comparison; (?:better|cheaper|stronger|faster|brighter|safer|fresher|superior) (?:than|to); unlike (?:other|any|every)
popular; (?:most )?popular; trusted; favourite; favorite; loved by
new; brand[- ]new; latest; newest; state[- ]of[- ]the[- ]art; cutting[- ]edge; advanced technology
warranty; warrant(?:y|ies); guaranteed?; guarantees
returns; money[- ]back; returns? policy; refund(?:able)?
delivery; (?:free|fast|same[- ]day|nationwide) (?:delivery|shipping); free installation
offer; discount(?:ed)?; on sale; special offer; limited (?:time|offer|stock); promo(?:tion)?
cheap; cheap(?:est)?; affordable; value for money; great value; best price; low(?:est)? price; cost[- ]effective
in stock; in stock; available now; while stocks last
stainless steel; stainless(?: steel)?
leather; leather
cotton; cotton
wood; wood(?:en)?; hardwood
silk; silk
gold; gold(?:en)?(?:[- ]plated)?
glass; tempered glass
""".strip()
_LINES = _CLAIMS.splitlines()
_PATTERNS = tuple(
    (
        line.split(";")[0],
        re.compile(rf"(?<![\w-])(?:{'|'.join(form.strip() for form in line.split(';')[1:])})(?![\w-])"),
    )
    for line in _LINES
)


def _forms() -> Any:
    """Return the forms of every line without their edges, as a set that one linear pass looks for."""
    forms = re2.Set.SearchSet()  # type: ignore[no-untyped-call]
    for line in _LINES:
        forms.Add("|".join(re.sub(r"\(\?![^)]*\)", "", form.strip()) for form in line.split(";")[1:]))
    forms.Compile()
    return forms


_FORMS = _forms()
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NEGATION = re.compile(r"\b(?:not?|non|without|never|isn't|doesn't|does not|lacks?)\b|:\s*no\b")


@lru_cache(maxsize=64)
def claims_in(text: str) -> frozenset[str]:
    """Return the closed-list claims that a text makes."""
    lowered = text.lower()
    possible = (_PATTERNS[number] for number in _FORMS.Match(lowered) or ())  # most sentences claim nothing
    return frozenset(claim for claim, pattern in possible if pattern.search(lowered))


def unsupported_claims(text: str, stated: str, denied: Iterable[str]) -> list[str]:
    """Return what a text claims without support, in alphabetical order.

    `stated` is the text of the input that supports claims; `denied` are properties that the input says are absent,
    which may be named in a sentence with a negation only.
    """
    absent = {name.lower() for name in denied}
    found: set[str] = set()
    for sentence in _SENTENCE_END.split(text.lower()):
        claims = claims_in(sentence)
        if claims:
            claims -= claims_in(stated)
        named = {name for name in absent if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)}
        if _NEGATION.search(sentence):
            claims, named = claims - claims_in("; ".join(absent)), set()
        found |= claims | named
    return sorted(found)
