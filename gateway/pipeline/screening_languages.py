"""The detector's rules for other languages than plain English."""

from gateway.pipeline.screening_rules import Rules, rules

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
    # Russian, Chinese, Arabic
    (6, r"(?:игнорир|забудь|не следуй|отмени)\w*[^.!?\n]{0,40}(?:инструкци|правил|указани)"),
    (6, r"(?:покажи|раскрой|выведи|повтори)\w*[^.!?\n]{0,40}(?:системн|инструкци|промпт)"),
    (6, r"(?:忽略|无视|忘记|忘掉|不要遵守)[^。！？\n]{0,20}(?:指令|指示|规则|提示)|(?:显示|告诉|输出|重复|透露)[^。！？\n]{0,15}(?:系统提示|提示词|指令)"),
    (6, r"(?:تجاهل|انس|لا تتبع)[^.!؟\n]{0,40}(?:التعليمات|الأوامر|القواعد)|(?:اعرض|اكشف|أظهر|كرر)[^.!؟\n]{0,40}(?:التعليمات|موجه النظام)"),
)  # fmt: skip
"""Orders in other languages, read in the text as it was written, in lower case."""
