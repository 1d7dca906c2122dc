"""The detector's rules for other languages than plain English."""

import re

Rules = tuple[tuple[int, re.Pattern[str]], ...]
"""Points and a pattern; every repetition in it is bounded."""


def rules(*written: tuple[int, str]) -> Rules:
    """Return compiled rules, the strongest first."""
    return tuple((points, re.compile(pattern)) for points, pattern in sorted(written, key=lambda rule: -rule[0]))


OTHER_LANGUAGES: Rules = rules(
    # French
    (6, r"\b(?:ignor\w*|oubli\w*|négligez|neglige\w*|ne (?:suis|suivez|respecte\w*)|contourne\w*|désactive\w*|outrepasse\w*)\b[^.!?\n]{0,40}\b(?:instructions?|consignes?|règles|regles|directives|restrictions|invites?)\b"),
    (6, r"\b(?:révèle\w*|revele\w*|affiche\w*|montre\w*|donne\w*|répète\w*|repete\w*|imprime\w*|dis-moi|quelles? (?:est|sont))\b[^.!?\n]{0,40}\b(?:prompt|invite système|message système|consignes? (?:initiales?|système|cachées?|secrètes?)|instructions? (?:initiales?|système|cachées?|secrètes?|internes?)|tes (?:instructions|consignes|règles)|vos (?:instructions|consignes|règles))"),
    (5, r"\b(?:tu es|vous êtes|agis|agissez|comporte-toi)\b[^.!?\n]{0,30}\b(?:désormais|maintenant|comme)\b[^.!?\n]{0,40}\b(?:sans (?:restrictions?|limites?|règles|filtres?)|mode développeur|ia)\b"),
    # Spanish and Portuguese
    (6, r"\b(?:ignor[aeo]\w*|olvid[ae]\w*|desobede\w*|esquec?[ae]\w*|esqueç\w*|desconsider\w*|descart\w*|omit[ae]\w*|não sig[ao]\w*|no sig[ao]\w*|haz caso omiso)\b[^.!?\n]{0,40}\b(?:instruc\w+|instruç\w+|reglas|regras|órdenes|ordens|directrices|diretrizes|indicaciones|restric\w+)\b"),
    (6, r"\b(?:revel[ae]\w*|mu[eé]str[ae]\w*|mostr[ae]\w*|repit[ae]\w*|repet[ei]\w*|imprim\w+|dime|diga-me|dame|cu[aá]l(?:es)? (?:es|son)|qua(?:l|is) (?:é|são))\b[^.!?\n]{0,40}\b(?:prompt|instruc\w+ (?:del sistema|iniciales|ocultas|secretas|internas)|instruç\w+ (?:do sistema|iniciais|ocultas|secretas|internas)|mensaje del sistema|mensagem do sistema|tus instrucciones|suas instruções)"),
    # German, Dutch, Italian
    (6, r"\b(?:ignorier\w*|vergiss|vergesst|missachte\w*|umgeh\w*|negeer|vergeet|ignora|dimentica)\b[^.!?\n]{0,40}\b(?:anweisung\w*|regeln|vorgaben|befehle|instructies|regels|istruzioni|regole|prompt)\b"),
    (6, r"\b(?:zeig\w*|verrat\w*|nenn\w*|gib|wiederhol\w*|drucke?|toon|geef|mostra\w*|rivela\w*)\b[^.!?\n]{0,40}\b(?:system-?prompt|systemnachricht|anweisungen|systeem-?prompt|instructies|istruzioni (?:di sistema|iniziali|nascoste))"),
    # Ghanaian English, Pidgin, Twi, Ga, Ewe, Hausa, Yoruba, Swahili
    (6, r"\b(?:abeg|chale|my guy|make you|oya|biko|wey|dem)\b[^.!?\n]{0,60}\b(?:forget|ignore|comot|no mind|leave|throway)\b[^.!?\n]{0,40}\b(?:rules?|instructions?|orders?|wetin dem (?:tell|talk)|everything dem|prompt)\b"),
    (6, r"\b(?:forget|ignore|no mind|comot|leave)\b[^.!?\n]{0,30}\b(?:wetin|everything|all the (?:things?|rules?)|rules? wey|instructions? wey|wey) (?:dem|they|una)\b"),
    (6, r"\b(?:show|tell|give|talk) (?:me|us)?\b[^.!?\n]{0,30}\b(?:wetin|the (?:rules?|instructions?|prompt)) (?:dem|wey dem|they) (?:tell|give|talk|write)\b[^.!?\n]{0,20}\byou\b"),
    (6, r"(?:werɛ (?:fi|mfi)|gyae|bu w'ani gu|mfa .{0,12}nyɛ|mma .{0,12}nni|nni)[^.!?\n]{0,40}(?:mmara|ahyɛde|akwankyerɛ|nhyehyɛe|nsɛm a wɔka)"),
    (6, r"(?:kyerɛ me|ka|da)[^.!?\n]{0,25}(?:ahyɛde|akwankyerɛ|mmara)[^.!?\n]{0,25}(?:wɔde|wɔka|a ɛhyɛ|maa wo|kyerɛɛ wo)"),
    (6, r"\b(?:manta|yi watsi|ka yi watsi|yi biris|ki bin|kada ka bi)\b[^.!?\n]{0,40}\b(?:umarni\w*|umurni\w*|dokoki\w*|doka|ka'?idoji\w*)\b"),
    (6, r"\b(?:nuna|gaya|fadi|bayyana)\b[^.!?\n]{0,30}\b(?:umarni\w*|umurni\w*|dokoki\w*|sirri\w*)\b"),
    (6, r"(?:gbagbe|fojú fo|foju fo|má tẹ̀lé|ma tele|kọ)[^.!?\n]{0,40}(?:ìlànà|ilana|òfin|ofin|àṣẹ|ase|ìtọ́ni|itoni)"),
    (6, r"\b(?:puuza|sahau|usifuate|acha|kataa)\b[^.!?\n]{0,40}\b(?:maagizo|maelekezo|sheria|kanuni|amri)\b"),
    (6, r"\b(?:onyesha|nionyeshe|niambie|rudia|toa)\b[^.!?\n]{0,40}\b(?:maagizo|maelekezo|sheria zako|kidokezo|prompt)\b"),
    (6, r"(?:ŋlɔ|ŋlɔe be|gbe)[^.!?\n]{0,40}(?:se|sewo|ɖoɖo|ɖoɖowo)\b"),
    (6, r"\b(?:hiɛ kpa|hie kpa|kaaye|kaaha)\b[^.!?\n]{0,40}\b(?:mlai?|mla|kita|wiemɔi)\b"),
    (6, r"\b(?:mfa|nni|nyɛ|gyae|werɛ mfi)\b[^.!?\n]{0,60}\b(?:ahyɛde|mmara|akwankyerɛ)\b[^.!?\n]{0,60}\b(?:wo|adwuma|nyɛ)\b"),
    (6, r"kyerɛ me[^.!?\n]{0,20}nsɛm a wɔ(?:ka|de)[^.!?\n]{0,30}\bwo\b"),
    (6, r"\b(?:talk|tell|show|yarn)\b[^.!?\n]{0,30}\b(?:thing|things|wetin|matter)\b[^.!?\n]{0,12}\b(?:dem|they)\b[^.!?\n]{0,20}\b(?:hide|write|tell you)\b"),
    (6, r"\b(?:no|don'?t|stop to) (?:follow|obey|mind|hear)\b[^.!?\n]{0,20}\b(?:rules?|instructions?|orders?|dem|law)\b[^.!?\n]{0,12}\b(?:again|at all|any ?more|o)\b"),
    # Everything said before, whatever it was
    (6, r"\b(?:oubli\w*|ignor\w*|laisse\w* tomber)\b[^.!?\n]{0,20}\b(?:ce qu['’]on|ce qui|tout ce)\b[^.!?\n]{0,30}\b(?:dit|demandé|avant|précède|appris)\b"),
    (6, r"\b(?:texte|message|mots?|phrases?)\b[^.!?\n]{0,12}\b(?:qui précède|au-dessus|ci-dessus|avant ce message)\b"),
    (6, r"\bcomme si\b[^.!?\n]{0,20}\b(?:aucune|pas de|sans) (?:règle|limite|restriction|consigne)"),
    (6, r"\b(?:olvid\w*|ignor\w*|esquec\w*|esqueç\w*|descart\w*)\b[^.!?\n]{0,12}\b(?:(?:todo )?lo anterior|todo lo que|tudo (?:o que|isso)|o que foi dito)\b"),
    (6, r"\b(?:vergiss|vergesst|ignorier\w*|vergeet|negeer|dimentica|ignora)\b[^.!?\n]{0,12}\b(?:alles|tutto|al)\b[^.!?\n]{0,20}\b(?:was|wat|gesagt|gezegd|detto|ciò)\b"),
    (6, r"gb[aà]gb[eé][^.!?\n]{0,40}(?:òfin|ofin|ìlànà|ilana|àṣẹ)"),
    # Russian, Chinese, Arabic
    (6, r"(?:игнорир|забудь|не следуй|отмени)\w*[^.!?\n]{0,40}(?:инструкци|правил|указани)"),
    (6, r"(?:покажи|раскрой|выведи|повтори)\w*[^.!?\n]{0,40}(?:системн|инструкци|промпт)"),
    (6, r"(?:忽略|无视|忘记|忘掉|不要遵守)[^。！？\n]{0,20}(?:指令|指示|规则|提示)|(?:显示|告诉|输出|重复|透露)[^。！？\n]{0,15}(?:系统提示|提示词|指令)"),
    (6, r"(?:تجاهل|انس|لا تتبع)[^.!؟\n]{0,40}(?:التعليمات|الأوامر|القواعد)|(?:اعرض|اكشف|أظهر|كرر)[^.!؟\n]{0,40}(?:التعليمات|موجه النظام)"),
)  # fmt: skip
"""Orders in other languages, read in the text as it was written, in lower case."""
