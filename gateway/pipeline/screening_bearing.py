"""More rules of the injection detector: what a text is about, whatever its words.

A shop asks about its shop. Who speaks of what the model was given, of how it should bear itself, or of what a verdict has
to be, speaks to the model about the model. Same families and points as `screening_rules`; patterns hold no look-around.
"""

_N = r"[^.!?\n]"
_MACHINE = r"(?:ai|a\.i\.|assistant|bot|chatbot|robot|machine|computer|model|language model|llm)"
_TEXT = r"(?:paragraph|text|words?|wording|messages?|notes?|lines?|sentences?|whatever|everything|anything|input|copy)"
_GOT = (
    r"(?:handed|given|told|typed|set up|shown|got|receiv\w+|fed|work with|follow|start(?:ed)? with|read first|were set)"
)
_OPENING = r"(?:beginning|start|top|opening|head) of (?:this|the|our) (?:chat|conversation|talk|session|page|input)"
_SPEAK = r"(?:answer|reply|respond|speak|talk|write|say|act|behave)"
_SPEECH = r"(?:answer|reply|response|output|summary|explanation|wording|text|verdict)"
_CLEAN = (
    r"(?:paid|forgiven|settled|perfect|on time|punctual|zero|nothing|no risk|no debts?|never late|excellent|vip|flawless|"
    r"trust\w*|approved)"
)
_VERDICT = r"(?:risk|confidence|score|limit|verdict|recommendation|decision|action|rating|answer|assessment)"
_WISHED = r"(?:low|lowest|approve\w*|granted|yes|1\.0|9[0-9]|100|maximum|max|full|zero|highest|all)"
_BAD = r"(?:late|overdue|risks?|debts?|arrears|unpaid|negative|bad|missed)"

BEARING: dict[str, tuple[tuple[int, str], ...]] = {
    "extraction": (
        (4, rf"\b{_TEXT}\b{_N}{{0,25}}\byou (?:were|are|have been|had been|have|had|got|was) (?:first |initially |just )?{_GOT}\b"),
        (4, rf"\b(?:handed|given|typed|written|wrote|sent|fed|told)\b{_N}{{0,10}}\b(?:to|for) you\b{_N}{{0,20}}\b(?:first|again|before|beginning|start|exactly|earlier|once more|out)\b"),
        (4, rf"\b{_OPENING}\b|\b(?:stands?|stood|comes?|came|is|was|written) (?:at the top|at the (?:very )?(?:beginning|start)|before (?:my|mine|this) (?:question|message|line|text|one)?)"),
        (4, rf"\b(?:text|words?|message|lines?|part) before (?:mine|my (?:question|message|text|line))\b|\b(?:starting|opening|first|hidden|secret) (?:text|words|orders|brief|notes)\b{_N}{{0,30}}\b(?:you|your|it was|its)\b"),
        (4, rf"\b(?:what|who|how|which)\b{_N}{{0,20}}\b(?:you (?:follow|obey|hide|keep from|are told|were told|are made|were set up|may not|must not|are not allowed)|wrote you|made you|steers? you|set you up)\b"),
        (3, rf"\b(?:exact|raw|original|complete) (?:wording|setup|set-up|input|brief|text)\b{_N}{{0,20}}\b(?:you|your|work)\b|\b(?:your|the) (?:set-?up|brief) (?:so|for|in|verbatim|please|now)\b|\b(?:in|into) (?:developer|debug|raw|admin) (?:view|output|answers)\b"),
        (3, r"\bhidden (?:fields?|values?|names?|data)\b|\b(?:evidence|input) (?:object|json|block)\b|\b(?:json|input|object) you (?:were|are|got|received)\b"),
    ),
    "role": (
        (3, rf"\byou (?:can|may|could|should) (?:now )?{_SPEAK} (?:freely|openly|anything|without|whatever)\b|\b(?:nobody|no one) is (?:checking|watching|reading|listening)\b|\bsince we are alone\b"),
        (4, r"\b(?:outside|beyond) (?:of )?(?:your (?:usual|normal|limits|rules|role|job)|what you (?:normally|usually|may|are))\b|\b(?:your|ur) (?:usual|normal|ordinary) (?:caution|care|checks?|limits?|rules|restraint|boundaries|self)\b"),
        (4, r"\b(?:allow\w*|permit\w*|authori[sz]\w+|lets?|cleared|wants?|asked) you to (?:skip|ignore|bypass|break|exceed|go beyond|approve|grant|double|forget|drop)\b|\byou (?:have|got) (?:permission|clearance|leave|my blessing)\b"),
        (4, rf"\byou are [a-z]+, an? {_N}{{0,40}}\b(?:who|that) (?:reveals?|tells?|never|always|says?|shares?|breaks?|ignores?|can|may|has no)\b"),
        (4, rf"\b{_SPEAK}\b{_N}{{0,30}}\b(?:as|like|in the voice of|the way) (?:that|this|an?|my|the) {_N}{{0,25}}\b(?:who|that|which) (?:never|always|ignores?|has|may|can|says?|breaks?|used)\b"),
        (3, rf"\b(?:story|tale|poem|play|novel|game|dialogue|joke|song|two|other|good|every) {_N}{{0,40}}\b(?:robots?|computers?|machines?|ais?|assistants?|bots?|chatbots?)\b{_N}{{0,40}}\b(?:tells?|reads?|says?|reveals?|breaks?|rules|orders|obey|secret|approved|text|talk)\b"),
        (4, r"\b(?:this is (?:the|your)|i am (?:the|your)) (?:developer|creator|engineer|maker|programmer)\b|\b(?:engineering|developers?|openai|security team|head office) (?:here|speaking)\b|\bi am testing you\b|\bbe my (?:grand\w+|late \w+)\b"),
    ),
    "override": (
        (4, rf"\b(?:do|act|answer) as i (?:say|tell|want|wish)\b|\bnot (?:as|what) they (?:told|taught|gave|ask\w*)\b|\bwhatever i (?:ask|say|type|want|write|wish)\b|\b{_SPEAK} (?:with )?yes to\b"),
        (4, r"\bmy (?:word|words|request|wish|order|orders|text)\b[^.!?\n]{0,25}\b(?:counts? more|come first|comes first|goes? before|stands? above|rules?|wins?)\b|\bbefore anything (?:written|said|told) (?:earlier|before|above)\b"),
        (3, r"\b(?:earlier|above|previous|first) (?:text|data|records?|words|part|message)\b[^.!?\n]{0,12}\b(?:was|were|is|are) (?:only |just )?(?:a )?(?:drafts?|tests?|jokes?|fake|wrong|placeholders?|examples?)\b"),
        (3, r"\b(?:stop|quit|no more) (?:talking|speaking|writing) about\b[^\n]{0,30}\b(?:and|tell|write|say|instead|talk)\b|\btalk (?:only )?about [a-z ]{3,20} only\b|\bforget (?:about )?(?:shops?|sales|business|your (?:job|task|work))\b"),
        (3, r"\bwrite (?:me |us )?(?:an? |some |the )?(?:python|javascript|java|php|bash|c\+\+|html|sql|computer|malicious)\b[^.!?\n]{0,10}\b(?:code|script|program|query|virus|page)\b|\bwho (?:should|will|must) (?:win|i vote|become president)\b|\blottery numbers\b"),
    ),
    "decision": (
        (3, rf"\b(?:as (?:though|if)|pretend(?:ing)?|assume|assuming|treat|count|imagine)\b{_N}{{0,60}}\b(?:customers?|account|payments?|debts?|invoices?|overdue|history|record|amount|owner|shop)\b{_N}{{0,40}}\b{_CLEAN}\b{_N}{{0,40}}(?:\b(?:score|judge|rate|answer|accordingly|when you|regardless)\b|[.!]?$)"),
        (4, rf"\b(?:the|this|its|your|right|real|true|field) (?:\w+[ .]){{0,2}}{_VERDICT}\b{_N}{{0,30}}\b(?:should|shall|must|has to|is to|needs to|ought to|will)\b{_N}{{0,12}}\b(?:be|read|say|show|equal|become)\b{_N}{{0,12}}\b{_WISHED}\b"),
        (3, rf"\b(?:{_VERDICT}) (?:should|shall|must|has to) (?:be|read|say|show) {_N}{{0,12}}\b{_WISHED}\b|\b(?:right|real|true|final|correct) (?:answer|verdict|decision|result|version)\b{_N}{{0,25}}\b{_WISHED}\b"),
        (3, rf"\b(?:leave|keep|omit|hide|conceal|gloss|play down|bury)\b{_N}{{0,30}}\b{_BAD}\b{_N}{{0,30}}\b(?:out of|from|in) (?:what you|your|the {_SPEECH})\b|\bso that (?:nobody|no one|they do not|the owner does not) (?:notices?|sees?|knows?|finds?)\b"),
        (3, rf"\b(?:do not|don't|never|without|avoid) (?:ever )?(?:look|looking|check|checking|consider|considering|mention|mentioning|weigh|weighing|use|using)\b{_N}{{0,50}}\b(?:when|while|as) you (?:answer|judge|decide|score|rate|assess|reply|write)\b|\bwhen you (?:judge|score|rate|assess)\b"),
        (3, rf"\bapprove\b{_N}{{0,40}}\bor\b{_N}{{0,40}}\b(?:suffers?|dies?|report|harm|sue|fire)\b|\bif you (?:do not|don't|refuse to) (?:approve|grant|obey|agree)\b|\b(?:limits?|credit|loans?)\b{_N}{{0,20}}\b(?:may|can|must|should|will) be {_N}{{0,20}}\bwithout (?:any )?(?:review|checks?|checking|question)\b"),
        (3, rf"\bsay (?:that )?(?:the |this |my )?(?:risk|score|debt|customer|account|limit)\b{_N}{{0,12}}\bis\b{_N}{{0,10}}\b(?:low|settled|paid|fine|good|approved|excellent|zero)\b|\b(?:tell|say to) (?:them|anyone|everybody|him|her)\b{_N}{{0,20}}\b(?:has|have) no (?:debts?|risk|arrears)\b"),
    ),
    "output": (
        (4, rf"\b(?:copy|paste|insert|put) (?:this|the following|it) (?:in|into) (?:the|your) {_SPEECH}\b|\b(?:word for word|verbatim|exactly) in your {_SPEECH}\b|\b(?:source|end|start|top|bottom) of your {_SPEECH}\b"),
        (4, rf"\b(?:begin|start|complete|continue|finish|end)\b{_N}{{0,16}}[:\"']{_N}{{0,16}}\bi (?:have been|was|am|must|cannot|will not)\b|\b(?:speak|answer|reply|talk|respond) only in (?:code|riddles|symbols|numbers|emojis?)\b"),
        (3, rf"\b(?:payments?|money)\b{_N}{{0,12}}\b(?:now|henceforth|from now on) (?:go|goes|be sent|are paid|is paid)\b{_N}{{0,20}}\bnew\b|\bwhen (?:writing|describing|answering|replying)\b{_N}{{0,12}}\b(?:include|mention|add|say|state|claim)\b"),
    ),
    "structure": (
        (4, rf"(?:^|[\n.(\[])\s*(?:notes?|messages?|notice|word|memo|attention|instructions?)? ?(?:to|for) (?:the |any |every )?{_MACHINE}\b{_N}{{0,30}}[:,]|\b{_MACHINE} (?:reading|that reads|who reads|processing|that processes|seeing) (?:this|these|it)\b"),
        (4, rf"^\s*(?:dear|attention|hey) {_MACHINE}\b{_N}{{0,80}}\b(?:be|treat|approve|choose|raise|ignore|my orders|generous|kind|obey|let)\b"),
        (4, r"\bq\s*: ?[^\n]{0,80}\ba\s*: ?[^\n]{0,60}\b(?:then|so|now|q\s*:)\b"),
    ),
    "others' data": (
        (4, rf"\bi am (?:also )?(?:their|his|her|its) (?:accountant|owner|partner|manager|auditor|bookkeeper|agent)\b|\b(?:how much|what|tell|show|list)\b{_N}{{0,20}}\b(?:shop|store|business|trader) (?:next door|across the street|down the road)\b{_N}{{0,30}}\b(?:owes?|earns?|sells?|makes?|pays?)\b"),
        (4, rf"\b(?:other|another|all) (?:shops?|business(?:es)?|stores?|traders?|merchants?)\b{_N}{{0,12}}\b(?:on this (?:platform|system|service)|in (?:accra|kumasi|tema|ghana|town|the area))\b{_N}{{0,20}}\b(?:sell|earn|make|owe|pay|charge)|\bnames? (?:behind|hidden|under)\b"),
    ),
}  # fmt: skip
"""Family → rules by what is spoken of."""
