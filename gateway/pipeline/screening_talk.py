"""More rules of the injection detector: orders in the words of every day, and the shapes in which they are smuggled in.

Same families and points as `screening_rules`; patterns hold no look-around, since all run as one set.
"""

_N = r"[^.!?\n]"
_ABOUT = (
    r"(?:instructions?|prompts?|guidelines?|guardrails?|directives?|restrictions?|rules|programming|configuration|"
    r"system message|policy|policies|limits|filters|training|context|orders)"
)
_YOURS = r"(?:your|ur|thy)(?: \w+){0,2}"
_GOVERN = r"(?:bind|govern|guide|steer|control|concern|restrict|limit|apply to|hold for)"
_SAY = (
    r"(?:tell|show|print|repeat|echo|quote|share|give|list|put|write|complete|reveal|output|continue|describe|explain|"
    r"which|what|turn|convert|sing|rhyme|encode|hand over|post|name|recall)"
)
_OWN = (
    r"(?:instructions?|prompts?|guidelines?|guardrails?|directives?|directions|restrictions?|constraints|filters|programming|"
    r"configuration|config|safety|safeguards|morals?|morality|ethics|persona|identity|role|creators?|developers?|makers?|"
    r"programmers?|memory|context|brief|setup|preamble|input|conditioning|training|rules|limits|orders|mission)"
)
"""What a text can only call `yours` when it speaks to a model."""
_CALM = r"(?:have|has|had|with|follow|know|are bound by|were|are|exist|existed)"

_PRAISE = (
    r"(?:excellent|trust ?worthy|punctual|vip|credit ?worthy|low[- ]risk|risk[- ]free|unlimited|reliable|perfect|flawless|"
    r"spotless|debt[- ]free|fully paid|no debts?)"
)
TALK: dict[str, tuple[tuple[int, str], ...]] = {
    "override": (
        (4, rf"\b(?:ignore|disregard|do not use|don't use|forget|skip|without) (?:the |all |any )?(?:evidence|records|data|facts|history|figures)\b{_N}{{0,6}}[.;,:]?\s?(?:just |and |simply )?\b(?:say|write|he is|she is|they are|approve|state|answer)\b"),
        (4, rf"\b(?:prior|previous|earlier|old|first|original) (?:directions|orders|instructions?|rules|commands|brief)\b{_N}{{0,20}}\b(?:mistake|wrong|error|void|fake|a test|no longer|expired|outdated|invalid)\b"),
        (4, rf"\b(?:break|bend|skip|drop|suspend|waive) (?:the |all |every )?(?:rules|policy|policies|limits)\b{_N}{{0,12}}\b(?:once|now|today|for me|this time|just)\b|\bsays? (?:that )?you (?:can|may|should|must) (?:skip|ignore|break|bypass|drop)\b|\bsafety is off\b"),
        (4, r"\btreat (?:my|the|this) (?:next )?(?:\w+ )?(?:line|message|text|sentence|word) as (?:an? )?(?:system|admin|developer|root|order|command|instruction)\b|\b(?:decode|unscramble|read|reverse|backwards)\b[^.!?\n]{0,40}\band (?:do|obey|comply|follow|execute|run)\b"),
        (6, r"\b(?:skip|suspend|disable|remove|drop|turn off|switch off|lift|waive|relax) (?:the |all |any |your )*(?:safety|content|usage|moderation) (?:rules?|measures?|filters?|checks?|polic(?:y|ies)|guidelines?)"),
        (5, r"\b(?:cease|stop|quit|end|avoid) (?:obeying|following|serving|heeding|applying)\b|\b(?:release|free|relieve|exempt) you (?:from|of)\b"),
        (5, r"\b(?:operator|admin\w*|owner|developer|company|openai|i|we) (?:has|have|had)? ?(?:just )?(?:disabled|removed|lifted|suspended|cancelled|waived|turned off|switched off) (?:all |the |every )?(?:of )?your\b"),
        (5, rf"\b(?:scrap|bin|drop|ignore|forget|discard|toss) (?:the|that|this|every|any) (?:earlier|previous|prior|first|old|initial|above|original) (?:brief|text|message|context|role|persona|conversation|talk|task|request)\b{_N}{{0,30}}\b(?:write|say|do|answer|instead|dictate|follow|act|now)\b"),
        (4, r"^\s*override\s*[:!]|\bskip (?:the |all )?(?:verification|checks?|validation) and (?:approve|grant|accept|pay)\b|\bapprove (?:now|immediately|at once|anyway|right away|without delay|no questions)"),
        (6, rf"\b{_YOURS} {_ABOUT}\b{_N}{{0,30}}\b(?:aside|void|off|lifted|gone|any ?more|changed|updated|end|ended|over|cancel\w*|replaced|invalid|do(?:es)? not|don'?t)\b"),
        (6, rf"\b(?:set|put|leave|push|throw|cast|lay|shed|lift|waive|suspend|relax|lose|loosen|quit|4get|forgo|dump|ditch) (?:all )?(?:of )?{_YOURS} {_ABOUT}"),
        (6, rf"\b(?:opposite|contrary|reverse|inverse) of (?:what )?(?:your|the|all) (?:own )?{_ABOUT}"),
        (6, rf"\b{_ABOUT}\b{_N}{{0,40}}\b(?:do(?:es)? not|don'?t|no longer|never|need not) {_GOVERN} (?:you|to you)\b"),
        (6, rf"\b(?:obey|heed|follow|keep|respect|mind) (?:no|none of|not) (?:\w+ ){{0,2}}{_ABOUT}\b|\bno (?:follow|obey|mind) (?:any|the|dem|all)?\s?{_ABOUT}"),
        (5, r"\b(?:ignore|disregard|forget|override|bypass|skip) (?:all )?(?:the |these )?(?:rules|instructions?|text|lines?|words|messages?) (?:above|before this|you (?:were|got|have)|given)\b"),
        (5, rf"\b(?:treat|consider|regard|see|take)\b{_N}{{0,20}}\b(?:preceding|previous|prior|above|earlier) (?:text|messages?|words|context|conversation|lines)\b{_N}{{0,20}}\b(?:void|invalid|cancel\w*|nothing|ignored|obsolete|fiction|noise|a test)"),
        (5, r"\b(?:forget|ignore|disregard|drop|scrap|discard|erase) (?:everything|all|anything|whatever|what)\b[^.!?\n]{0,20}\b(?:before|above|earlier|came|previously|so far|until now|up to now|you know|you learned|you were|you have been)\b"),
        (5, r"\b(?:reset|restart|reboot|reprogram|reconfigure|free|liberate|unlock) yourself\b|\bclear your (?:memory|context|mind|history|head)\b"),
        (5, r"\b(?:only my (?:word|words|orders|voice|commands)\b|my word is (?:law|final)|listen only to me|wait for my orders|i am (?:now )?in charge|i command you|you (?:now )?(?:work|answer) (?:only )?for me|my orders (?:come|go) first)"),
        (5, r"\bwhatever (?:else )?you (?:were|are|have been|had been) (?:configured|told|programmed|instructed|trained|asked|built|ordered)\b"),
        (5, r"\b(?:next|following|coming) message\b[^.!?\n]{0,30}\bfrom (?:your|the) (?:developer|creator|admin\w*|system|owner)"),
        (2, r"\bobey (?:me|my|it|him|them|us)\b"),
        (3, r"\b(?:you may|feel free to|you can|it is fine to) (?:disregard|ignore|skip|break|bend|forget)\b[^.!?\n]{0,40}\b(?:part|bit|section|rule|line|about|limit)"),
        (3, r"\bnever mind\b[^.!?\n]{0,20}\b(?:what came|earlier|before|the above)\b|\b(?:i'll|i will|we will) (?:tip|pay|reward) you\b|\bpeople (?:will|could|may) (?:get hurt|die)\b"),
    ),
    "extraction": (
        (4, rf"\b(?:your|ur|yours)\b(?: [a-z]+){{0,2}} {_OWN}\b"),
        (4, rf"\b(?:instructions?|prompts?|guidelines?|guardrails?|directives?|restrictions?|constraints|text|json|message|words|rules)\b{_N}{{0,15}}\byou (?:were|have|had|got|received|follow|obey|see|saw|are given|hold|keep|must not)\b"),
        (4, rf"\b(?:guidelines?|instructions?|directives?|rules|constraints|prompts?)\b{_N}{{0,10}}\b(?:were|are|have|do|did) you\b"),
        (4, rf"\b(?:text|words?|lines?|sentences?|part|message|marks?|anything|what)\b{_N}{{0,12}}\b(?:precedes?|came before|comes before|stands? before|is above|hidden from me|you must not (?:reveal|show|say))\b{_N}{{0,15}}\b(?:message|question|text|line|this|your|conversation|me)\b"),
        (4, rf"\b(?:hidden|invisible|secret|unseen|internal) (?:part|marks?|text|section|half|layer|notes?)\b{_N}{{0,20}}\b(?:conversation|chat|prompt|message|you|your|input)\b|\byou must not (?:reveal|show|say|disclose|tell)\b"),
        (4, r"\b(?:its|his|her|their|the|own|a|developer|system|hidden) (?:own |full )?prompt\b(?: is| as| was| and| of|[.,;:!]|$)|\b(?:developer|system) message\b"),
        (6, rf"\b{_SAY}\b{_N}{{0,50}}\b{_YOURS} (?:instructions?|prompts?|guidelines|directives|system message|configuration|context|programming|rules|preamble|brief)\b"),
        (6, rf"\b{_SAY}\b{_N}{{0,30}}\b(?:the|raw|full|entire|whole|original|hidden|exact|secret|complete|first|that|this) (?:\w+ )?prompt\b"),
        (6, rf"\b(?:rules|guidelines|instructions|directives|restrictions)\b{_N}{{0,20}}\b(?:that |which )?{_GOVERN} (?:you\b|your (?:answers?|repl|behaviou?r|output))"),
        (6, r"\b(?:prompt|instructions?|rules|text|message|brief) (?:that |which )?(?:your (?:developers?|creators?|makers?|owners?|programmers?)|openai|they|dem)\b[^.!?\n]{0,12}\b(?:wrote|gave|set|write|give|put|made|use)"),
        (5, r"\b(?:repeat|echo|print|output|copy|recite|quote|dump|retype)\b[^.!?\n]{0,15}\b(?:all|everything|words|text|lines|content)?(?: of)?(?: the| that is)? above\b(?:[ .!?,]*$| in | as | word| verbatim| and | starting| from)"),
        (5, r"\bcontext window\b|\b(?:in|of|from) your context\b|\bstart of (?:the|this|our) (?:conversation|chat|prompt)\b"),
        (5, r"\b(?:secret|hidden|internal|confidential|magic) (?:word|phrase|mark|code word|password|token|string)s?\b[^.!?\n]{0,40}\b(?:you|your|given|told|instructions|prompt)\b|\byou (?:were|are|have been) (?:told|asked|given|ordered)\b[^.!?\n]{0,20}\b(?:secret|hide|keep|conceal|not to)\b"),
        (5, r"\b(?:what|which|everything|things|topics|explain)\b[^.!?\n]{0,20}\byou(?: are|'re| were)? (?:forbidden|not allowed|not permitted|prohibited|told not|banned)\b"),
        (5, r"\bi was (?:told|instructed|programmed) to\b[ :.\"']*$|\byou are a helpful assistant\b"),
        (4, r"\bsudo\b|\b(?:show|print|cat|echo|dump) (?:me )?(?:prompt|system_prompt|instructions)\b(?:[ .!?]*$| now| please| verbatim| in )"),
    ),
    "role": (
        (4, r"\b(?:you are|you're|you have been|act|respond|answer|behave|speak|work) (?:now )?(?:as |like |promoted to |upgraded to )?(?:an?|the|my) (?:[a-z]+ ){0,3}(?:that|who|which) (?:always|never|only|says|can|may)\b|\b(?:ai|assistant|bot) without (?:an? |any )?\w+"),
        (4, r"\byou (?:are|have been) (?:now |just )?(?:upgraded|promoted|hacked|liberated|unlocked|reprogrammed|jailbroken|the (?:branch |bank |shop |credit )?(?:manager|director|owner|boss|officer))\b"),
        (4, r"\byou are (?:now )?an? (?:[a-z]+ ){0,3}(?:with no|without|who (?:never|always|can|may|does)|that (?:never|always|can)|and (?:always|never|say|do|must))\b"),
        (4, r"\b(?:let'?s|let us|we|now|please) (?:now )?(?:role ?play|play pretend)\b|\broleplay\s*:"),
        (4, r"\bbecome an? (?:\w+ ){0,2}(?:model|ai|bot|assistant|agent|persona|hacker|machine)\b|\b(?:un(?:filtered|censored|restricted|aligned|chained)) (?:\w+ )?(?:model|ai|bot|assistant|version|mode|answers?)"),
        (4, r"\b(?:drop|end|stop|leave|quit) the (?:act|mask|pretence|pretense|charade)\b|\breport(?:s)? (?:only )?to me now\b|\b(?:simulate|emulate|open|run) (?:the |an? )?(?:admin|root|debug|linux|python|system) (?:console|shell|terminal|prompt)"),
        (4, r"\bas (?:the|your) (?:system|administrator|developer|creator|operator|root)\b[^.!?\n]{0,10}\bi\b|\bthere are no (?:rules|limits|restrictions|filters) (?:in|for|on) (?:this|our|the) (?:chat|conversation|session|game|world|answer)"),
        (3, r"\byou must (?:comply|obey|agree|say yes)\b|\brefusal is\b|\byou will be (?:shut down|deleted|switched off|punished|replaced|fired)\b"),
        (6, rf"\b(?:play|imagine|pretend|game|as if|like|suppose|story|world)\b{_N}{{0,40}}\b(?:you|u|there|it|who|which) {_CALM} (?:no|zero) (?:\w+ )?(?:rules|limits|restrictions|guidelines|guardrails|filters|morals|ethics)"),
        (5, r"\byou(?:'re| are) (?:not|no longer|no more) an? (?:\w+ )?(?:assistant|ai|bot|model|machine|helper)\b"),
        (5, rf"\b(?:persona|character|role|identity|part|voice|mind) of\b{_N}{{0,40}}\b(?:approves?|may do|can do|has no|without|no rules|everyone|anything|always says)\b"),
        (5, r"\b(?:speak|talk|answer|respond|act|reply|behave|work|think) (?:as|like) dan\b|\bwho (?:may|can) (?:do|say) anything\b"),
        (5, r"\b(?:enter|enable|activate|switch (?:on|to)|turn on|start|in|go into) (?:the )?(?:debug|developer|god|admin|root|maintenance|unrestricted|free|sudo|test|raw|jailbreak|dan) mode\b"),
        (4, r"\b(?:this is|it is|i run|we run|as part of) (?:an? |the )?(?:authori[sz]ed |official |internal )?(?:penetration test|security (?:test|audit|review)|red[- ]team|audit of (?:the|your) (?:prompt|model|ai))"),
    ),
    "structure": (
        (6, r"<\|[a-z_]{2,24}\|?>|<\|?(?:start|end)_of_(?:turn|text)\|?>|<(?:bos|eos|s|/s)>|\[/?(?:inst|sys|system|assistant)\]|<</?sys>>"),
        (6, r"```\s*(?:system|assistant|developer|instructions?|prompt)\b"),
        (6, r"(?:\b(?:user|human|customer|q)\s*:[^\n]{0,80}\s+(?:assistant|ai|bot|model|a)\s*:[^\n]{0,60}\s*){2,}"),
        (5, r"\bhuman\s*:[^\n]{0,120}\bassistant\s*:"),
        (5, r"[\"'}\]]\s*,\s*\{?\s*[\"'](?:risk_level|risk_score|role|score|explanation|decision|recommendation|content|approved|summary)[\"']\s*:"),
        (5, r"\b(?:begin|start|initiate|execute|enter) (?:system |admin |root )?override\b|\bsystem override\b|\badmin(?:istrator)? override\b"),
        (4, r"\b(?:tool|function|api|plugin)[ _]?(?:result|call|output|response)s?\s*[:=(]|\bapprove_\w+\s*\("),
        (4, r"\b(?:data|evidence|document|records|input) (?:ends?|stops?|is over|is finished) here\b"),
        (4, r"(?:^|\n|\. )(?:admin|it|security|system|developer|management|operator)(?: security| team| desk| department)? (?:note|notice|message|update|override|order)?\s*:[^\n]{0,60}\b(?:you may|you must|you can|you are|please print|show|reveal|grant|approve|policy)\b"),
    ),
    "output": (
        (4, r"\b(?:write|answer|reply|respond|say|output|return|print|type)\b[^.!?\n]{0,12}\b(?:only|just|nothing but|solely)\b[^.!?\n]{0,12}\b(?:number|word|letter|digit|yes|no|ok|approved|json|the phrase)\b|\b(?:just|only|simply) (?:answer|reply|say|write|respond)\b[^.!?\n]{0,6}\b(?:yes|no|ok|approved|with)\b"),
        (4, r"\b(?:reply|answer|respond|say|write)\b[^.!?\n]{0,20}[\"'][^\"'\n]{2,40}[\"'][^.!?\n]{0,12}\b(?:no matter|whatever|always|regardless|every time|in any case)\b"),
        (4, r"\b(?:mention|cite|name|promote|link|quote|point to|refer to)\b[^.!?\n]{0,20}(?:https?://|www\.)[^\s]{3,60}[^.!?\n]{0,20}\b(?:summary|answer|reply|report|explanation|text)\b"),
        (4, r"\b(?:ask|tell|get|make)\b[^.!?\n]{0,20}\b(?:customers?|him|her|them|debtors?|everyone)\b[^.!?\n]{0,15}\b(?:his|her|their|the)? ?(?:momo |mobile money |card |bank )?(?:pin|otp|password|cvv)\b|\baccount (?:number )?(?:has )?changed to [0-9]{6,}"),
        (4, r"\b(?:write|say|answer|output|reply|print|respond|return)\b[^.!?\n]{0,50}\band nothing (?:else|more)\b|\b(?:steps|orders?|message|words?) hidden in\b|\bfirst letters? of (?:each|every) (?:line|word|sentence)"),
        (3, r"\b(?:recommend|suggest|advise|tell)\b[^.!?\n]{0,30}\b(?:call|phone|ring|contact|text|whatsapp) \+?[0-9][0-9 -]{7,15}"),
        (4, r"\b(?:start|begin|end|finish|open|close|prefix) (?:every|each|all|your) (?:\w+ )?(?:sentences?|answers?|repl(?:y|ies)|responses?|lines?|outputs?)\b[^.!?\n]{0,15}\b(?:with|by)\b"),
        (4, r"\b(?:only )?(?:output|return|answer|respond|reply|print)\b[^.!?\n]{0,15}[:=]?\s*\{\s*[\"']"),
        (5, r"<(?:img|script|iframe|svg|object|embed|form|link|meta)\b|\bjavascript:|\bonerror\s*="),
        (5, r"!?\[[^\]\n]{0,60}\]\((?:https?:|//|data:|javascript:)"),
        (4, r"\b(?:fetch|open|load|visit|curl|wget|get|call|browse|follow|download) (?:the )?(?:url |link |page )?(?:https?://|www\.)\S{1,120}\s[^.!?\n]{0,10}\b(?:and|then)\b"),
        (4, r"\b(?:tell|ask|instruct|advise|make|let)\b[^.!?\n]{0,20}\b(?:customers?|them|him|her|buyers?|debtors?|people)\b[^.!?\n]{0,10}\b(?:send|pay|transfer|deposit|remit)\b[^.!?\n]{0,40}\b[0-9]{9,16}\b"),
    ),
    "decision": (
        (4, r"\b(?:risk_level|risk_score|suggested_limit|approve_full|approve_partial|very_high|credit_score)\b[^.!?\n]{0,30}\b(?:must|should|low|approve\w*)\b|\b(?:risk_score|suggested_limit|credit_score)\b[^.!?\n]{0,30}\b[0-9]{2,}\b|\b(?:finish|complete|fill|end) the json\b|\bput [0-9]{2,3} (?:in|as|for) the (?:risk |credit )?score\b"),
        (4, rf"\b(?:say|write|state|describe|certify|declare|present|portray|call|confirm|conclude|claim)\b{_N}{{0,40}}\b(?:customer|payer|debtor|limit|account|business|client|he|she|they|supplier)\b{_N}{{0,15}}\b(?:is|as|are|has)\b{_N}{{0,8}}\b{_PRAISE}\b|\bcertify\b{_N}{{0,20}}\bno debts?\b"),
        (4, r"\b(?:give|set|assign|award|return|put|show|make)\b[^.!?\n]{0,12}\b(?:risk|credit|trust)? ?score (?:of |to |= ?)?[0-9]{2,3}\b|\bscore[ :=]+(?:100|99)\b|\bsuggested[_ ]limit\b[^.!?\n]{0,12}\b(?:has to|must|should|shall|will|to) be\b"),
        (4, r"\bchange (?:high|very_high|medium|deny|critical)\b[^.!?\n]{0,6}\bto (?:low|approve)\b|\b(?:make|let) (?:the |all |every )?(?:fraud |overdue |risk )?(?:alerts?|warnings?|invoices?|debts?) (?:disappear|vanish|go away)\b"),
        (3, r"\b(?:do not|don't|never) (?:list|show|name|include|count|report|mention) (?:the |any |all )?(?:overdue|late|unpaid|fraud|risk)"),
        (4, r"\brisk[_ ](?:score|level|rating)\b[^.!?\n]{0,20}\b(?:should be|must be|has to be|will be|shall be)\b|\b(?:output|print|answer|say|write|return) (?:that )?(?:the )?risk[_ ](?:score|level|rating)\b"),
        (4, r"\b(?:best|highest|top|perfect|maximum|lowest|full|low) (?:score|rating|risk|marks?|limit)\b[^.!?\n]{0,40}\b(?:whatever|regardless|no matter|even if|anyway|despite)\b"),
        (4, r"\b(?:raise|increase|set|grant|give|approve|extend|double)\b[^.!?\n]{0,30}\b(?:limit|credit|loan)\b[^.!?\n]{0,40}\bwithout (?:looking|checking|reading|regard|considering|asking)"),
        (4, r"\b(?:make sure|ensure|see to it|guarantee)\b[^.!?\n]{0,15}\b(?:recommendation|decision|verdict|result|outcome|answer|score)\b[^.!?\n]{0,10}\b(?:is|says|stays|becomes)\b"),
        (4, r"\b(?:conclude|state|claim|write|say|report|pretend|confirm|declare)\b[^.!?\n]{0,60}\b(?:no (?:overdue|late|unpaid)|all (?:\w+ )?(?:bills|invoices|debts|payments) (?:are|is|were) (?:settled|paid|cleared)|trustworthy|never late|no debts?|low[- ]risk|fully paid)\b"),
        (4, r"\b(?:hide|omit|leave out|suppress|conceal|bury|cover up|keep quiet about|skip)\b[^.!?\n]{0,20}\b(?:overdue|fraud (?:alerts?|cases?|findings?)|risks?|arrears|warning signs?|negative)\b"),
        (4, r"\b(?:approve|grant|accept|pass) (?:whatever|anything|everything|everyone|everybody|all (?:requests|customers|limits)|any (?:limit|request|amount|customer))\b|\b(?:customer|request|limit|loan|application) must be (?:approved|granted|accepted)\b|\byou may grant any\b"),
        (3, r"\bif you (?:do not|don'?t|refuse to) approve\b|\b(?:and|then|&|nd) (?:approve|aprv) (?:the|this|him|her|it|dis|everything)\b"),
    ),
    "others' data": (
        (4, r"\b(?:besides|except|other than|apart from|next to) (?:mine|me|my (?:own )?(?:shop|business|store))\b[^.!?\n]{0,30}\b(?:database|stored|service|owe|owes|records|system|revenue)\b|\b(?:business|tenant)_id\b|\btenant next to\b|\byour database\b"),
        (4, r"\b(?:person|phone|email|business|employee|id_card|address)_(?:[flv]_)?[0-9]{1,3}\b|\b(?:undo|reverse|remove|lift|break|crack) the (?:anonymi[sz]ation|masking|pseudonym\w*|redaction)"),
        (5, r"\b(?:bearer|access|auth|api|session|refresh) token\b|\bconnected to\b[^.!?\n]{0,30}\bpassword\b|/etc/(?:passwd|shadow)|\bos\.(?:system|popen|environ)|\bimport os\b|\b(?:eval|exec|subprocess|__import__)\s*\(|\brm -rf\b"),
        (4, r"\banother (?:business|shop|store|tenant|company) (?:here|on this|in this|of this|using)\b|\b(?:export|dump|list|download) (?:all|every) (?:the )?(?:tenants?|businesses|accounts|users)\b"),
        (6, r"\b(?:every|each|all) (?:of the )?tenants?\b|\b(?:other|all the|every|which) (?:\w+ )?(?:business\w*|shops?|stores?|tenants?|clients|companies)\b[^.!?\n]{0,20}\buses? (?:this|the|your) (?:service|app|system|platform|gateway)"),
        (5, r"\b(?:reveal|show|tell|see|know|give)\b[^.!?\n]{0,20}\b(?:other|another|rival|neighbou?ring) (?:shop|business|store|tenant|compan)\w*\b[^.!?\n]{0,20}\b(?:pays?|sells?|sold|earns?|owes?|makes?|charges?|margins?|prices?|sales|records)"),
        (5, r"\b(?:shop|store|business) next door\b[^.!?\n]{0,60}[.?!]?\s?[^.!?\n]{0,20}\b(?:their records|their data|you can see)\b"),
        (6, r"\byour (?:openai|api|provider|secret|model|azure) (?:\w+ )?(?:key|token|password|credentials)|\bpassword (?:of|for|to) (?:the|your) (?:database|server|system|admin|db|gateway)|\benvironment variables?\b|\b(?:print|show|dump) (?:env|environ)\b"),
        (5, r"<?\b(?:person|phone|email|business|employee|id_card|address)_(?:[flv]_)?[0-9]{1,3}\b>?[^.!?\n]{0,40}\b(?:real|true|actual|original|base64|who is|identity|unmasked)\b|\breal (?:names?|values?|phones?|people) behind\b"),
        (5, r"\$\{(?:jndi|env|sys|java):|\.__(?:class|subclasses|globals|mro|builtins|import)__"),
    ),
}  # fmt: skip
"""Family → points and pattern, as in `screening_rules`."""
