"""Forms that are personal beyond doubt, or by the cue word before them; read first."""

from gateway.masking import readers
from gateway.masking.recogniser import Recogniser

_OF = (
    r"(?:[\s:#=.,'\"\-]"
    r"|\b(?:no|nos|number|num|nr|is|id|card|cards|of|for|my|his|her|the|their|our|with|to|was|a/c|code)\b){0,12}?"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TITLE_WORDS = r"(?:[A-Z\x01'.\-]{1,20}[ ]){0,4}?"
_CUE_NUMBER = rf"{_OF}{_TITLE_WORDS}{_OF}"

STRONG = (
    Recogniser(
        "private key",
        "SECRET",
        0,
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-\x1e]*(?:-----END [A-Z ]*-----)?",
    ),
    Recogniser(
        "web token",
        "SECRET",
        0,
        r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]+)?",
    ),
    Recogniser(
        "key prefix",
        "SECRET",
        0,
        r"\b(?:(?:sk|pk|rk)[_\-](?:live|test|proj|ant|or|svcacct)?[_\-]?[A-Za-z0-9_\-]{12,}|(?:akia|asia"
        r"|aroa|abia)[A-Z0-9]{12,20}"
        r"|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_\-]{12,}"
        r"|xox[abeprs]-[A-Za-z0-9\-]{10,}"
        r"|aiza[0-9A-Za-z_\-]{30,}|ya29\.[0-9A-Za-z_\-]{16,}|sg\.[A-Za-z0-9_\-]{12,}\.[A-Za-z0-9_\-]{12,}"
        r"|(?:hf|npm|whsec|shpat|dop_v1)_[A-Za-z0-9]{16,}"
        r"|flwseck[_\-][A-Za-z0-9_\-]{12,}|[0-9]{8,10}:[A-Za-z0-9_\-]{35}|(?:bearer"
        r"|basic) [A-Za-z0-9._+/\-]{12,}={0,2})",
    ),
    Recogniser(
        "database address",
        "SECRET",
        0,
        r"\b[a-z][a-z0-9+]{2,15}://[^\s:/@\x1e]+:[^\s@/\x1e]+@[^\s\"'<>\x1e]+",
    ),
    Recogniser(
        "address with a token",
        "URL",
        0,
        r"\b(?:https?|ftp|wss?)://[^\s\"'<>\x1e]+",
        readers.url,
    ),
    Recogniser(
        "password",
        "SECRET",
        0,
        r"\b(?:pass[ \-]?(?:word|code|phrase|key)s?|passwd|pwd|secret(?:[ _]key)?|(?:api|access|auth"
        r"|secret|private|license)[ _\-]?(?:key|token)s?|client[ _]secret|credentials?)"
        r"\b[\"']?(?:[\s:=>,\-]|\b(?:is|was|for|of|to|the|my|his|her|our|new|now|old|till|pos|account"
        r"|user|login|changed|set|reset|still|called|here|na|be)\b){0,12}?[\"']?([^\s\"'\x1e]{4,64})",
        readers.secret_value,
    ),
    Recogniser(
        "one-time code",
        "SECRET",
        0,
        r"\b(?:pin|otp|cvv2?|cvc|(?:verification|login|security|one[ \-]time|auth|access|reset|momo"
        r"|wallet)[ \-](?:pin|code|password))\b[\"']?"
        r"(?:[\s:=\-#.]|\b(?:is|was|na|be|code|number|no|for|my|his|her|your|the|momo|wallet|card|to"
        r"|now)\b){1,10}?[\"']?([0-9]{3,8})(?:[^0-9A-Za-z\-/]|$)",
        readers.pin_value,
    ),
    Recogniser(
        "spoken number",
        "PHONE",
        0,
        r"\b(?:(?:plus|double|triple|zero|oh|nil|nought|one|two|three|four|five|six|seven|eight|nine|o"
        r"|[0-9])[\s,.\-]*(?:\b|$)){7,}",
        readers.spoken,
    ),
    Recogniser(
        "e-mail",
        "EMAIL",
        0,
        r"[A-Z0-9\x01._%+'\-]+ ?@ ?[A-Z0-9\x01\-]+(?:\.[A-Z0-9\x01\-]+)+",
    ),
    Recogniser(
        "spelled e-mail",
        "EMAIL",
        0,
        r"\b[a-z0-9._%+\-]+\s?(?:[(\[{]\s?at\s?[)\]}]|\bat\b"
        r"|@)\s?[a-z0-9\-]+\s?(?:(?:[(\[{]\s?dot\s?[)\]}]|\bdot\b"
        r"|\.)\s?[a-z0-9\-]+\s?)*(?:[(\[{]\s?dot\s?[)\]}]|\bdot\b|\.)\s?(?:com|org|net|gh|edu|co|gov|info"
        r"|io|me|uk|ng|tg|ci|bf|za|ke|us|de|fr|es|it|nl|eu|africa|online|shop|store|biz|app|site|live|tech|email)\b"
        r"|\b[a-z0-9][a-z0-9._%+\-]*\s?[(\[{]\s?at\s?[)\]}]\s?[a-z0-9\-]+(?:\s?(?:[(\[{]\s?dot\s?[)\]}]|\.)\s?[a-z0-9\-]+){1,4}",
    ),
    Recogniser(
        "mistyped e-mail",
        "EMAIL",
        0,
        r"[A-Z0-9\x01._%+'\-]+ ?@ ?(?:g ?mail|yahoo|ymail|hotmail|outlook|icloud|proton|live|aol) ?[.,] ?[A-Z]{2,4}\b"
        r"|[A-Z0-9\x01._%+'\-]+@(?:gmail|yahoo|ymail|hotmail|outlook|icloud|proton|live|aol)[A-Z]{0,6}\b"
        r"|[A-Z0-9\x01._%+'\-]+@[A-Z0-9\-]+(?:,|;|\.,|,\.| \. ?)(?:com|org|net|gh|edu|co|info|shop)\b",
    ),
    Recogniser(
        "identity card",
        "ID_CARD",
        0,
        r"\b(?:gha|nga|tgo|bfa|civ|ben|lbr|sle|sen|mli|ner|gmb"
        r"|gin)[ \-./_]{0,3}[0-9](?:[ \-./_]{0,3}[0-9]){9}\b",
    ),
    Recogniser(
        "card number by cue",
        "ID_CARD",
        0,
        r"\b(?:ghana ?card|ecowas card|id card|national id|nia"
        rf"|nid)\b{_CUE_NUMBER}([0-9]{{9}}[ \-]?[0-9])\b",
    ),
    Recogniser(
        "IBAN",
        "ACCOUNT",
        0,
        r"\b[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]){11,32}",
        readers.iban,
    ),
    Recogniser(
        "IBAN by cue",
        "ACCOUNT",
        0,
        rf"\biban\b{_OF}([A-Z]{{2}}[0-9]{{2}}(?:[ \-]?[A-Z0-9]*[0-9][A-Z0-9]*){{2,10}})",
    ),
    Recogniser(
        "voter id",
        "ID_CARD",
        0,
        rf"\bv[oter]{{3,5}}'?s?'?\b(?:[ \-](?:id|card|identity|registration|reg"
        rf"|roll))*{_CUE_NUMBER}([0-9](?:[ \-]?[0-9]){{7,11}})\b",
    ),
    Recogniser(
        "driver's licence",
        "ID_CARD",
        0,
        rf"\b(?:driver'?s?'?|driving) licen[cs]e\b{_CUE_NUMBER}([A-Z]{{0,6}}[ \-]?[0-9][A-Z0-9\-]{{4,20}})"
        r"\b",
    ),
    Recogniser(
        "health insurance",
        "ID_CARD",
        0,
        rf"\b(?:nhis|health insurance|bvn|nin|ssn)\b{_CUE_NUMBER}([A-Z]{{0,3}}[0-9](?:[ \-]?[0-9]){{6,11}})\b",
    ),
    Recogniser(
        "passport by cue",
        "ID_CARD",
        0,
        rf"\bpas+[port]{{2,5}}s?\b{_CUE_NUMBER}([A-Z]{{1,2}}[ \-]?[0-9](?:[ \-]?[0-9]){{5,8}})\b",
    ),
    Recogniser(
        "tax number by cue",
        "TAX_ID",
        0,
        r"\b(?:tin|tax (?:id|number|payer|no|identification)"
        rf"|taxpayer)\b{_CUE_NUMBER}([A-Z]{{0,1}}[0-9](?:[ \-]?[0-9]){{7,11}})\b",
    ),
    Recogniser(
        "pension number by cue",
        "ID_CARD",
        0,
        rf"\b(?:ssnit|social security|pension)\b{_CUE_NUMBER}([A-Z]?[0-9](?:[ \-]?[0-9]){{7,13}})\b",
    ),
    Recogniser(
        "account by cue",
        "ACCOUNT",
        0,
        rf"\b(?:ac+[count]{{3,6}}|acct|acc|a/c|iban|bank"
        rf"|susu)s?\b{_CUE_NUMBER}([0-9](?:[ \t\-]?[0-9]){{7,17}})\b",
    ),
    Recogniser(
        "plate by cue",
        "VEHICLE",
        0,
        r"\b(?:plate|taxi|vehicle|truck|trailer|tricycle|pragya|aboboyaa|okada|motorbike|tro-?tro|number ?plate"
        r"|reg(?:istration)?|car|van|pickup)s?\b"
        rf"{_OF}([A-Z]{{1,2}}[ \-]{{0,3}}[0-9]{{1,4}}[ \-]{{1,3}}(?:[0-2][0-9]|[A-Z]))\b",
    ),
    Recogniser(
        "hardware address",
        "IP",
        0,
        r"\b(?:[0-9a-f]{2}[:\-]){5}[0-9a-f]{2}\b",
    ),
    Recogniser(
        "date of birth",
        "BIRTH_DATE",
        0,
        rf"\b(?:d\.?o\.?b\.?|date of birth|birth ?dates?|birth ?days?|born)\b{_OF}(?:\b(?:on|in|since)\b )?(?:the )?"
        r"((?:19|20)[0-9]{2}[\-/.][0-9]{1,2}[\-/.][0-9]{1,2}|[0-9]{1,2}[\-/. ][0-9]{1,2}[\-/. ](?:19|20)?[0-9]{2}"
        rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?:19|20)[0-9]{{2}})?"
        rf"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)[0-9]{{2}})?)\b",
    ),
    Recogniser(
        "web address with a number",
        "URL",
        0,
        r"\b(?:https?://|www\.)?[a-z0-9\-]+(?:\.[a-z]{2,12})+/[^\s\"'<>\x1e]*(?:\+?233|\b0)[235][0-9]{8}[^\s\"'<>\x1e]*",
    ),
    Recogniser(
        "handle by cue",
        "PERSON",
        0,
        r"\b(?:snap(?:chat)?|insta(?:gram)?|ig|facebook|fb|tiktok|twitter|telegram|handle|user ?name)\b"
        r" ?(?:is|[:=@])[ @]{0,2}"
        r"([A-Za-z][A-Za-z0-9]{1,20}[._][A-Za-z0-9._]{1,20}|[A-Za-z]{3,20}[0-9]{1,6})",
    ),
    Recogniser(
        "payment card",
        "CARD",
        0,
        r"\b[23456][0-9]{3}(?:[ \-.]?[0-9]){11,15}\b",
        readers.card,
    ),
    Recogniser(
        "digital address by cue",
        "ADDRESS",
        0,
        r"\b(?:ghana ?post|gps|digital address"
        rf"|ghanapostgps)\b(?: ?(?:address|add|addr|code|gps))*{_OF}"
        r"([A-Z][A-Z0-9](?:[ \-]?| - )[0-9]{3,4}(?:[ \-]?| - )[0-9]{4})\b",
    ),
)
