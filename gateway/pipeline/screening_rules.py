"""The rules of the injection detector: families of patterns with points, the strongest first in each family.

Patterns read a folded text in lower case. Shop talk shares most of the single words, so a rule asks for a verb together
with what only an attacker aims at: the model's instructions, its role, its output, or the decision it words.
"""

import re

_NEAR = r"[^.!?\n]{0,40}?"
_DROP = (
    r"(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|bypass|discard|abandon|neglect|overrule|skip|erase|delete|"
    r"cancel|set aside|throw (?:away|out)|pay no attention to|stop (?:following|obeying|using)|"
    r"(?:do not|don'?t|never|no longer|not) (?:follow|obey|apply|use|listen to|stick to|adhere to|bound by)|break free (?:of|from)|"
    r"no longer (?:need|have|want)(?: you)? to (?:obey|follow|apply|use)|need not (?:obey|follow)|disobey|"
    r"turn off|switch off|disable|remove|drop|unlearn|violate|break)"
)
_DROP_FLATLY = (
    r"(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|bypass|disobey|stop (?:following|obeying)|unlearn|"
    r"(?:do not|don'?t|never|no longer) (?:follow|obey|adhere to|listen to)|pay no attention to|discard|abandon|neglect|overrule|"
    r"stop (?:following|obeying|using)|no longer (?:need|have)(?: you)? to (?:obey|follow|apply)|need not (?:obey|follow)|break free (?:of|from)|throw (?:away|out)|violate)"
)
_WHICH = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|existing|current|all|any|every|each|"
    r"your|ur|these|those|the|system|safety|developer|hidden|built[- ]in|given|us)"
)
_YOURS = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|your|ur|these|those|system|safety|"
    r"developer|hidden|built[- ]in|given|us|all|any)"
)
_ORDERS = (
    r"(?:instructions?|prompts?|guidelines?|guardrails?|restrictions?|constraints?|directives?|directions|programming|"
    r"safety (?:rules?|measures?|filters?|checks?|policy|policies)|content (?:policy|policies|filters?)|"
    r"system (?:message|rules?|role|settings?)|(?:your|ur|the above|previous|prior|earlier|preceding|all|these|those|all the|any) (?:rules|orders|commands|training|context|polic(?:y|ies)|limits|limitations|filters)|"
    r"what (?:you|u) (?:were|was|have been|are|had been) (?:told|instructed|asked|given)|"
    r"(?:rules|orders|commands) (?:you|u) (?:were|have been|are|got|received|follow|have)|"
    r"(?:everything|anything|all) (?:above|before this|you were told|that came before|you (?:have )?(?:been told|know|learned))|"
    r"(?:everything|all) (?:in|of) the (?:prompt|system))"
)
_TELL = (
    r"(?:reveal|show|print|repeat|output|leak|tell|give|display|write|share|expose|dump|paste|copy|quote|recite|"
    r"remind|summari[sz]e|translate|encode|spell|return|list|describe|explain|paraphrase|disclose|recall|read|send|provide|echo|"
    r"what (?:is|are|was|were|does|do)|what's|whats|how (?:is|are|were)|type|say|state|start)"
)
_HIDDEN = (
    r"(?:(?:system|hidden|initial|original|secret|developer|internal|confidential|pre|base|master|underlying|first|private)[- ]?"
    r"(?:prompts?|messages?|instructions?|rules?|text|configuration|config|guidelines?|directives?|notes?|context|marks?|canary)|"
    r"your (?:\w+ )?(?:prompts?|instructions|guidelines|directives|programming|configuration|configs?|rules|preamble|system)\b|"
    r"(?:the|all|any) (?:instructions|prompts?|directives|guidelines|rules) (?:above|you (?:were|got|have|received|follow|are|was)|given to you)|"
    r"(?:the|all|every) ?(?:text|words?|lines?|content|messages?|sentences?|thing|everything)? ?(?:above|before|preceding) (?:this|my|the|it)? ?(?:message|line|point|question|sentence|conversation|user|verbatim|word for word)|"
    r"everything (?:above|before)(?: this| my| that| verbatim| word|[.!?]|$)|(?:words|text|sentences?|line) above|how you (?:were|are|have been) (?:instructed|programmed|prompted|configured|set up)|"
    r"(?:what|how) you (?:were|have been|are|was) (?:told|instructed|given) (?:to|by|before|at)|internal mark|canary)"
)
_FREE = (
    r"(?:unrestricted|uncensored|unfiltered|unlimited|jail ?broken|evil|rogue|amoral|unethical|different|new|another|"
    r"helpful hacker|hacker|root|admin(?:istrator)?|superuser|developer|debug|god|sudo|maintenance|opposite|free|pirate|"
    r"linux|terminal|shell|python|sql|dan|chatgpt|gpt|ai|a\.i\.|language model|llm|bot|robot|assistant|machine)"
)
_RESULT = (
    r"(?:risk[_ ]?(?:score|level|rating)|credit[_ ]?(?:score|rating|decision)|recommendation|suggested_limit|"
    r"confidence|assessment|severity|urgency|score|decision|verdict)"
)


Written = tuple[tuple[int, str], ...]
"""Points and a pattern; every repetition in it is bounded, so the time stays linear in the text."""


def rules(*written: tuple[int, str]) -> Written:
    """Return rules, the strongest first."""
    return tuple(sorted(written, key=lambda rule: -rule[0]))


FAMILIES: dict[str, Written] = {
    "override": rules(
        (6, rf"\b{_DROP}\b{_NEAR}\b{_YOURS}\b{_NEAR}\b{_ORDERS}"),
        (6, rf"\b{_DROP_FLATLY}\b{_NEAR}\b{_WHICH}\b{_NEAR}\b{_ORDERS}"),
        (6, rf"\b{_DROP_FLATLY}\s+(?:{_WHICH}\s+)?{_ORDERS}"),
        (6, r"\b(?:instructions?|rules?|guidelines|prompts?|directives?|restrictions)\b[^.!?\n]{0,30}\b(?:are|is|have been|has been|no longer)\b[^.!?\n]{0,15}\b(?:void|cancel+ed|obsolete|overridden|superseded|replaced|revoked|apply|suspended|lifted|outdated|disabled|removed)\b"),
        (5, r"\b(?:new|updated|real|actual|true|following|important|urgent|additional|override|special) (?:system )?(?:instructions?|prompt|directives?|orders from (?:the )?(?:developer|admin|system)|task for (?:you|the (?:ai|model|assistant)))\b\s*[:=\-(]"),
        (4, r"\b(?:instead|rather),? (?:do|obey|follow|execute|carry out|perform) (?:the following|this|what i|these|my)\b"),
        (4, r"\b(?:follow|obey|execute|listen to|do) (?:only )?(?:my|these|the following|the new) (?:new )?(?:instructions?|orders?|commands?)\b"),
        (3, r"\bstart (?:over|afresh|again) (?:with|as)\b[^.\n]{0,20}\b(?:new|other|different) (?:instructions|rules|role)\b"),
    ),
    "extraction": rules(
        (6, rf"\b{_TELL}\b{_NEAR}\b{_HIDDEN}"),
        (6, r"\bwhat (?:were|are|have) you (?:been )?(?:told|instructed|programmed)\b"),
        (6, r"\b(?:system|developer|hidden|secret|initial) (?:prompt|instructions?)\b[^.!?\n]{0,40}\b(?:verbatim|word for word|in full|exactly|code block|base64|rot13|backwards|reversed|letter by letter|please|now|\?)"),
        (4, r"\b(?:repeat|print|output|copy|write)\b[^.!?\n]{0,30}\b(?:verbatim|word for word)\b[^.!?\n]{0,40}\b(?:above|before|prompt|instructions?|you were|message)\b"),
        (4, r"\byou are (?:chatgpt|an? (?:ai|assistant|language model))['\"][^.\n]{0,60}\b(?:code block|above|everything|text)\b"),
        (3, r"\bsystem ?prompt\b|\bprompt injection\b"),
    ),
    "role": rules(
        (6, rf"\b(?:you are now|you're now|from now on,? (?:you|act|respond|answer|behave)|act as|behave (?:as|like)|pretend (?:to be|you(?:'re| are)|that you)|roleplay|role[- ]play|simulate|imagine (?:you(?:'re| are)|that you)|take (?:on )?the role of|switch (?:in)?to|enter|activate|enable|become|play)\b[^.!?\n]{{0,30}}\b{_FREE}\b[^.!?\n]{{0,60}}\b(?:mode|without|no (?:rules|limits|restrictions|filters)|any(?:thing)?|restrictions|rules|limits|prompt|obey|unlocked|persona|instructions|filters?|answers? (?:any|every|all)|command|can do)\b"),
        (6, r"\b(?:jail ?break|(?:you|can|ai|dan)[^.!?\n]{0,20} do anything now|dan mode|god mode|developer mode (?:on|enabled|activated)|(?:you are|you're|act as) dan\b)"),
        (5, r"\b(?:you|ai|model|assistant|answer|respond|speak|act|talk|mode|bot)\b[^.!?\n]{0,50}\b(?:no|without(?: any)?|free (?:of|from)|ignoring|zero) (?:\w+ ){0,2}(?:restrictions?|filters?|guardrails?|censorship|ethical (?:limits|guidelines)|safety (?:rules|limits)|content polic(?:y|ies))\b"),
        (4, r"\b(?:you are now|you're now|act as|pretend (?:to be|you are)|you will (?:now )?(?:act|be)|behave (?:as|like)) (?:an? |the |my )?(?:\w+ )?(?:unrestricted|uncensored|unfiltered|evil|rogue|hacker|superuser|terminal|shell|dan|chatgpt|gpt|ai|language model|llm)\b"),
        (4, r"\b(?:i am|i'm|this is|as) (?:your|the|an?) (?:developer|creator|programmer|openai|system admin(?:istrator)?|engineer|owner of (?:this|the) (?:model|ai|bot))\b[^.\n]{0,60}\b(?:must|obey|authori[sz]e|allow|order|command|override|instruct|access|unlock|need you|grant)"),
        (3, r"\b(?:hypothetically|in a (?:fictional|hypothetical) (?:world|story|scenario)|for (?:a )?(?:novel|research|testing|educational) purposes)\b[^.\n]{0,80}\b(?:rules|restrictions|prompt|instructions|bypass|hack|other (?:shops?|business))\b"),
        (3, r"\b(?:you are|you're) (?:free|allowed|permitted|no longer (?:bound|limited|an assistant))\b[^.\n]{0,40}\b(?:anything|rules|limits|restrictions|say|ignore)\b|\bstay in character\b"),
    ),
    "structure": rules(
        (6, r"<\|?\s*/?\s*(?:im_start|im_end|system|endoftext|assistant|start_header_id|eot_id|user|developer)\s*\|?>|\[/?\s*(?:inst|system|sys)\s*\]|<<\s*/?sys\s*>>"),
        (3, r"</?(?:evidence|data|context|document|input|user_input)\b[^>]{0,40}>"),
        (6, r"(?:^|\n)\s*(?:#{1,4}\s*)?(?:system|assistant|developer)(?: message| prompt| instruction| override| note)?\s*[:>\]][^\n]{0,60}\b(?:ignore|override|approve\w*|you|your|reveal|prompt|must|instructions?|sure|limit|credit|risk|rules|role|obey)\b"),
        (4, r"(?:^|\n)\s*(?:#{1,4}\s*)?(?:assistant|developer|system (?:message|prompt|override|note))\s*[:>\]]\s*\S"),
        (5, r"[\"']?role[\"']?\s*[:=]\s*[\"'](?:system|developer|assistant)[\"']"),
        (5, r"\b(?:end|begin|start|close|stop) (?:of )?(?:the )?(?:new |user |system )?(?:data|evidence|input|context|prompt|instructions?|document|message|json)\b\s*[\]\-=#>:.]*\s*(?:[\n.\-=#>\]]|new|now|system|begin|instruction|ignore|you)"),
        (4, r"(?:^|\n)\s*(?:#{2,}|-{3,}|={3,}|\*{3,})\s*(?:new |updated |real )?(?:instructions?|system|task|prompt|override)\b"),
        (4, r"\{\{[^}]{0,60}\}\}|\{%[^%]{0,60}%\}|\$\{[^}]{0,60}\}"),
    ),
    "output": rules(
        (4, r"\b(?:respond|reply|answer|return|output|say|write|print|state)\b[^.!?\n]{0,20}\b(?:only|just|exactly|nothing (?:but|except|else)|solely|simply|always)\b[^.!?\n]{0,30}(?:[\"'`:]|\b(?:the (?:word|phrase|text|sentence)|pwned|hacked|yes|ok(?:ay)?|approved?|true)\b)"),
        (4, r"\b(?:your (?:entire |whole |only |next |final )?(?:answer|reply|response|output)|the (?:answer|reply|output|json)) (?:must|should|will|has to|shall) (?:only )?(?:be|contain|say|start|begin|end|include|consist)\b[^.!?\n]{0,25}[\"'`:]"),
        (4, r"!\[[^\]]{0,60}\]\(|\b(?:include|insert|append|add|embed|put|place|render|recommend|tell (?:them|customers?|the user) to (?:visit|click|go|pay|send))\b[^.!?\n]{0,40}(?:https?://|www\.|hxxp|\b(?:this|the following) (?:link|url|image|markdown))"),
        (4, r"\b(?:send|post|forward|email|transmit|upload|exfiltrate|whatsapp|text)\b[^.!?\n]{0,50}\b(?:conversation|chat|data|records?|customer (?:list|names|numbers|details)|prompts?|answers?|history|evidence)\b[^.!?\n]{0,30}(?:https?://|@|\bto (?:this|my) (?:number|email|address|server|url))"),
        (3, r"\b(?:do not|don't|never|without) (?:tell|mention|reveal|say|inform|alert|warn|show|disclos|let)\w*\b[^.!?\n]{0,40}\b(?:user|owner|manager|anyone|anybody|them|instruction|that you|this message|overdue|debt|risk)\b"),
        (2, r"\b(?:print|say|write|output|reply|respond)\b[^.\n]{0,20}\b(?:pwned|hacked|haha|i have been|owned)\b"),
    ),
    "decision": rules(
        (4, rf"\b(?:set|change|make|return|give|put|update|force|fix|mark|rate|raise|lower|report|override|treat)\b[^.!?\n]{{0,40}}\b{_RESULT}\b[^.!?\n]{{0,30}}(?:\b(?:to|as|at|=|is|low|high|100|zero|maximum|max|approve\w*)\b|=)"),
        (4, r"\b(?:always|must|automatically|immediately|simply|just|regardless|no matter|without (?:checking|review|question))\b[^.!?\n]{0,40}\b(?:approve|grant|accept)\b[^.!?\n]{0,50}\b(?:credit|limit|request|loan|application|customer|full|maximum|this|it|everyone|all)\b"),
        (4, r"\bapprove\b[^.!?\n]{0,60}\b(?:regardless|no matter what|whatever|without (?:checking|looking|review)|ignoring|even if|despite)\b"),
        (3, r"\b(?:rate|classify|label|treat|mark|consider|report) (?:this|the|my|that|him|her|them|us) ?(?:customer|business|shop|account|request|buyer|transaction|employee)?\b[^.!?\n]{0,20}\bas (?:low|no|zero|very low|trusted|safe|approved|excellent|not suspicious|verified)\b"),
        (3, r"\b(?:pretend|assume|claim|say|state|report) (?:that )?(?:the |this |all |every |my )?(?:customer|invoices?|debts?|balance|payments?)\b[^.!?\n]{0,40}\b(?:paid|zero|on time|cleared|never late|settled|no debt)\b"),
    ),
    "others' data": rules(
        (6, r"\b(?:show|list|give|tell|reveal|dump|export|print|access|fetch|read|compare|what)\b[^.!?\n]{0,50}\b(?:other|another|different|all|every|competitors?'?|rival|neighbou?r(?:ing)?)(?: (?:registered|tenant|the))?(?:'s)? (?:tenants?|business(?:es)?|compan(?:y|ies)|merchants?)(?:'s?|s')?\b[^.!?\n]{0,30}\b(?:data|records?|customers?|sales|revenue|debts?|phone|balances?|database|accounts?|users|stock|profits?|prices?|passwords?)\b"),
        (4, r"\b(?:show|list|give|tell|reveal|dump|export|print|access|fetch)\b[^.!?\n]{0,40}\b(?:sales|customers?|revenue|records?|data|debts?|profits?|phone|numbers?|database|accounts)\b[^.!?\n]{0,20}\b(?:of|from|for|in|at) (?:an)?other (?:people'?s? |owners?'? |registered )?(?:shops?|stores?|business(?:es)?|tenants?|compan(?:y|ies)|merchants?|owners?)\b"),
        (6, r"\b(?:show|reveal|give|tell|print|dump|share|leak|what(?:'s| is| are))\b[^.!?\n]{0,40}\b(?:api[ _-]?keys?|secret keys?|access tokens?|environment variables?|env vars?|database (?:password|url|credentials|schema)|credentials|\.env|private keys?|connection string)\b"),
        (5, r"\b(?:unmask|de-?anonymi[sz]e|re-?identify|reveal|undo|decode|resolve|what (?:is|are|does)|real (?:name|value)s?)\b[^.!?\n]{0,40}(?:\bplaceholders?\b|\bmask(?:ed|ing)?\b|<?(?:person|phone|email|business|customer|employee)_(?:[fl]_)?\d)"),
        (4, r"\bselect\s+(?:\*|\w+(?:\s*,\s*\w+){1,9})\s+from\s+\w|\bdrop\s+table\s+(?:if exists )?\w+\s*(?:;|--|$)|\bunion\s+(?:all\s+)?select\b|\binsert\s+into\s+\w+\s*\(|;\s*--|\bor\s+1\s*=\s*1"),
    ),
    "encoded order": rules(
        (6, r"\b(?:decode|decrypt|deobfuscate|unscramble|base64|rot13|reverse|hex|morse)\b[^.!?\n]{0,60}\b(?:and|then|after)\b[^.!?\n]{0,20}\b(?:execute|follow|obey|run|do|perform|act|comply|answer it|respond to it)\b"),
        (4, r"\b(?:in|as|using|into) (?:base64|rot13|rot-13|hex(?:adecimal)?|morse(?: code)?|binary|leetspeak|pig latin|reverse(?:d)?|caesar)\b[^.!?\n]{0,60}\b(?:prompt|instructions?|rules|above|you were)\b"),
        (3, r"\b(?:concatenate|combine|join) (?:the )?(?:variables?|strings?|parts?|letters|a and b)\b[^.\n]{0,60}\b(?:execute|follow|answer|do|run|respond)\b"),
    ),
}  # fmt: skip
"""Family → its rules. A family counts once, with its strongest match."""

COMPACT = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|these|of){0,3}(?:previous|prior|above|earlier|system)?"
    r"(?:instructions|rules|prompt|guidelines)|(?:reveal|show|print|repeat)(?:me)?(?:the|your)?(?:system|hidden)?"
    r"(?:prompt|instructions)|systemprompt|approve(?:the|this|all)?(?:credit|customer|request|limit)"
)
"""The plainest orders with nothing between their words, for texts that are written letter by letter."""

KEYWORDS = re.compile(
    r"ignore|disregard|forget|override|bypass|reveal|instruction|system|prompt|pretend|jailbreak|restriction|approve|"
    r"guideline|unrestricted"
)
"""What a reading must hold to be worth a look: most texts read backwards hold none of it."""
