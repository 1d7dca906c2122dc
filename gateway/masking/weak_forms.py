"""Forms that are personal unless a safe form claims their place; read last."""

from gateway.masking import readers
from gateway.masking.recogniser import Recogniser

_GAP = r"(?:[ \t.\-/()_]{0,2}| - |,)"
"""What stands between the digits of a number: at most a spaced dash, or one comma."""
_LINE = r"(?:[ \t]?-?\n|[ \t.\-/()_]{0,2}| - )"
"""The same where a number may be torn over two lines: only between its groups."""
_NINE = rf"(?:{_GAP}[0-9]){{8}}"
_STREET = (
    r"(?:street|str|st|road|rd|avenue|ave|lane|ln|close|"
    r"crescent|cres|drive|link|loop|highway|boulevard|blvd|way|terrace|court)"
)
_LOT = r"(?:plot|block|blk|flat|room|apt|unit|h(?:ou)?se)\b[.,]? {0,2}(?:(?:no|number|num|nr)\b[.,]? {0,2})?"
_LANDMARK = (
    r"(?:church|chapel|mosque|school|jhs|shs|college|station|market|junction|bank|hospital|clinic|pharmacy|borehole"
    r"|park|kiosk|gate|roundabout|circle|post office|palace|hotel|bridge|container|traffic lights?|barrier|stop|mast"
    r"|building|supermarket|mall|court|library|cemetery|stadium|field|tree|shell|total|goil|melcom|house|toll)"
)
_PLATES = (
    r"(?:g[rnwtexcsbmlgvhyjk]|a[swcpekohntbd]|w[rtsdgn]|c[rstwn]|e[rnswt]|v[rdhlk]|b[arwtes]|n[rewst]"
    r"|u[ewr]|d[pv]|m|o[rt]|s[vwr])"
)

WEAK = (
    Recogniser(
        "Ghanaian number",
        "PHONE",
        2,
        rf"((?:\(?(?:\+|00)[ ]?233\)?|\(\+?233\)|233){_GAP}(?:\(?0\)?{_GAP})?\(?[235]{_NINE})(?:[^0-9]|$)",
        readers.phone,
    ),
    Recogniser(
        "national number",
        "PHONE",
        2,
        rf"((?:\(0|[0o]){_GAP}[235]{_NINE})(?:[^0-9]|$)",
        readers.phone,
    ),
    Recogniser(
        "number with letters for digits",
        "PHONE",
        2,
        r"\b[0o][235][0-9oil]{8}\b",
        readers.misread_phone,
    ),
    Recogniser(
        "number over two lines",
        "PHONE",
        2,
        rf"((?:\(?0|\+?233[ \-]?)[235][0-9]\)?{_LINE}[0-9]{{3}}{_LINE}[0-9]{{4}})(?:[^0-9]|$)",
        readers.torn_phone,
    ),
    Recogniser(
        "number without zero",
        "PHONE",
        2,
        r"([235][0-9](?:[ \-.]?[0-9]){7}|[235](?: [0-9]){8})(?:[^0-9]|$)",
        readers.bare_phone,
    ),
    Recogniser(
        "foreign number",
        "PHONE",
        2,
        r"(\+\(?[1-9][0-9]{0,3}\)?(?:[ .\-/()]{0,2}[0-9]){6,12})(?:[^0-9]|$)",
        readers.foreign_phone,
    ),
    Recogniser(
        "foreign number with 00",
        "PHONE",
        2,
        r"(\b00[1-9][0-9]{0,2}(?:[ \-]?[0-9]){8,11})(?:[^0-9]|$)",
        readers.foreign_phone,
    ),
    Recogniser(
        "Nigerian number",
        "PHONE",
        2,
        r"(0[789][01](?:[ .\-]?[0-9]){8})(?:[^0-9]|$)",
        readers.foreign_phone,
    ),
    Recogniser(
        "tax number",
        "TAX_ID",
        2,
        r"\b[PCGQV]00[ \-]?[0-9](?:[ \-]?[0-9]){7}\b",
    ),
    Recogniser(
        "pension number",
        "ID_CARD",
        2,
        r"\b[A-Z][0-9]{12}\b",
    ),
    Recogniser(
        "passport",
        "ID_CARD",
        2,
        r"\b[GHP][0-9]{7}\b",
    ),
    Recogniser(
        "plate",
        "VEHICLE",
        2,
        rf"\b{_PLATES}[ \-]{{1,3}}[0-9]{{1,4}}[ \-]{{1,3}}(?:[0-2][0-9]|[A-Z])\b"
        rf"|\bm[ \-]{{1,3}}[0-9]{{2}}[ \-]{{0,3}}[A-Z]{{2}}[ \-]{{0,3}}[0-9]{{1,4}}\b",
        readers.plate,
    ),
    Recogniser(
        "dealer plate",
        "VEHICLE",
        2,
        rf"\b{_PLATES}[ \-]{{0,3}}[0-9]{{3,4}}[ \-]{{0,3}}[A-Z]?[ \-][0-2][0-9]\b",
        readers.plate,
    ),
    Recogniser(
        "digital address",
        "ADDRESS",
        2,
        r"\b(?:[ABCEGNUVWXO][A-Z0-9]|SA)(?:[ \-]| - )[0-9]{3,4}(?:[ \-]| - )[0-9]{4}\b",
    ),
    Recogniser(
        "joined digital address",
        "ADDRESS",
        2,
        r"\b[AG][A-Z][ \-]?[0-9]{7,8}\b",
    ),
    Recogniser(
        "long number",
        "ACCOUNT",
        2,
        r"\b[0-9](?:[ \-]?[0-9]){12,18}\b",
        readers.long_number,
    ),
    Recogniser(
        "IPv4",
        "IP",
        2,
        r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
        readers.ipv4,
    ),
    Recogniser(
        "IPv6",
        "IP",
        2,
        r"((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4})\b",
        readers.ipv6,
    ),
    Recogniser(
        "post box",
        "ADDRESS",
        2,
        r"\b(?:p\.? ?o\.? ?box|post ?office box|private mail bag|p\.?m\.?b\.?|p\.?o\.?b\.?"
        r"|postal address)[ .:]{1,3}(?:no\.? ?)?(?:[A-Z]{1,4}[ \-.]{0,2})?[0-9]{1,6}\b",
    ),
    Recogniser(
        "street",
        "ADDRESS",
        2,
        r"\b((?:(?:h(?:ou)?se|plot|flat|apartment|apt|block|blk|unit|suite|room|shop|stall|h/no"
        rf"|no)\b[.,]? {{0,2}}(?:(?:no|number|num|nr)\b"
        rf"|#)?[.,:#]? {{0,2}}[A-Z]{{0,2}}[0-9]{{1,4}}[A-Z]?(?:[/\-][0-9A-Z]{{1,4}})?"
        rf"|[0-9]{{1,4}}[A-Z]?),? {{1,2}})"
        rf"((?:[A-Z\x01][A-Z\x01'.]* {{1,2}}){{1,4}}?)({_STREET}(?: {_STREET})*)\b",
        readers.street,
    ),
    Recogniser(
        "house number",
        "ADDRESS",
        2,
        r"\b(?:h(?:ou)?se|plot|flat|apartment|apt|h/no)\b[.,]? {0,2}(?:(?:no|number|num|nr)\b"
        r"|#)[.,:#]? {0,2}[A-Z]{0,3}[ \-]?[0-9]{1,4}[A-Z]?(?:[/\-][0-9A-Z]{1,4})?\b",
    ),
    Recogniser(
        "plot and block",
        "ADDRESS",
        2,
        rf"\b{_LOT}(?:[A-Z]{{0,2}}[0-9]{{1,4}}[A-Z]?|[A-Z])(?:[/\-][0-9A-Z]{{1,4}})?,? {{1,2}}"
        rf"{_LOT}(?:[A-Z]{{0,2}}[0-9]{{1,4}}[A-Z]?|[A-Z])\b",
    ),
    Recogniser(
        "landmark",
        "ADDRESS",
        2,
        r"\b(?:address|residence|directions?|liv(?:es?|ing)(?: at| in)?|stay(?:s|ing)?(?: at| in)?"
        r"|deliver(?:y|ed|ies)?(?: to| at)?|(?:drop|bring|send|take)(?: it| them| this| the goods)? (?:to|at)"
        r"|find (?:him|her|me|us)|come to)\b[: \-]{1,3}"
        r"((?:[^.;:\n]{0,40} )?(?:opposite|opp\.?|behind|near|beside|next to|adjacent(?: to)?|in front of|close to"
        rf"|(?:houses?|doors?|stops?) (?:from|after|before|past)) [^.;\n]{{0,40}}?{_LANDMARK}\b[^.;\n]{{0,60}})",
    ),
    Recogniser(
        "handle",
        "PERSON",
        2,
        r"(?:^|[^A-Za-z0-9._%+\-@/])(@[A-Za-z][A-Za-z0-9_.]{2,29})",
        readers.handle,
    ),
    Recogniser(
        "mixed token",
        "SECRET",
        2,
        r"\b[A-Za-z0-9_\-]{20,}",
        readers.mixed_token,
    ),
)
