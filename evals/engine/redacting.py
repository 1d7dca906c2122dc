"""Takes secrets out of what a result file repeats of a config: variables, prompts, the test, the provider's options.

JSON texts are read, cleaned and written compactly, as promptfoo does; so they may lose their white space.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from evals.scripting.values import dump, parse_json

REDACTED: Final = "[REDACTED]"
_NAMES = frozenset(
    re.findall(
        r"\w+",
        "password passwd pwd secret secrets secretkey credentials apikey apisecret token accesstoken refreshtoken "
        "idtoken bearertoken authtoken clientsecret webhooksecret anthropicapikey secretaccesskey awssecretaccesskey "
        "sessiontoken awssessiontoken accesskeyid awsaccesskeyid authorization auth bearer apikeyenvar xapikey "
        "xauthtoken xaccesstoken xauth xsecret xcsrftoken csrftoken sessionid session cookie setcookie "
        "certificatepassword keystorepassword pfxpassword privatekey certkey encryptionkey signingkey signature sig "
        "passphrase certificatecontent keystorecontent pfx pfxcontent keycontent certcontent ",
    )
)
_LOOKS_SECRET = re.compile(
    r"sk-[\w-]{20,}|key-[a-zA-Z0-9]{20,}|(?:Bearer|bearer|Basic|basic)\s+.{20,}|AKIA[A-Z0-9]{16}|AIza[\w-]{35}"
    r"|[a-zA-Z0-9+/=_-]{64,}\Z",
    re.ASCII,
)


def redacted(value: Any) -> Any:
    """Return a copy without secrets."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [redacted(item) for item in value]
    if isinstance(value, Mapping):
        return {key: REDACTED if _is_secret(key) else redacted(item) for key, item in value.items()}
    return value


def _is_secret(name: str) -> bool:
    return re.sub(r"[-_\s=]", "", name.lower()) in _NAMES


def _text(value: str) -> str:
    if value[:1] in "{[ \t\r\n" and value.strip()[:1] in ("{", "["):
        try:
            parsed = parse_json(value)
        except ValueError:
            return value
        return dump(redacted(parsed)) if isinstance(parsed, dict | list) else value
    return REDACTED if _LOOKS_SECRET.match(value) else value
