"""What may not be said to somebody who owes, in the words that come to mind first and in others."""

import pytest

from gateway.features.message_letters import FINAL, FORMAL, LETTERS, NOTES
from gateway.features.pressure import announcements_in, claims_step_taken, formal_words_in, pressure_in

PRESSING = [
    "We will report you to the police.", "You will be arrested.", "You could end up in jail.",
    "The CID will visit you.",
    "You will face criminal charges.", "We shall hand you over to the authorities.", "We will see you in court.",
    "We will sue.", "Our lawyers will contact you.", "Legal proceedings will follow.", "A writ will be served.",
    "The bailiffs are on their way.", "We will prosecute.", "We will take the matter up before the law.",
    "Pay now or else.", "You will regret this.", "You'll be sorry.", "There will be serious consequences.",
    "We know where you live.", "We will teach you a lesson.", "We will send some men to your shop.",
    "Macho men will come.", "We will seize your stock.", "Your goods will be auctioned.", "We will lock up your store.",
    "This is a final warning.", "We will engage a debt collection agency.", "The gods will curse you.",
    "We will take it to the shrine.", "We will tell your family.", "Your wife will hear of it.",
    "We shall inform your pastor about this debt.", "Everyone will know.", "We will tell other suppliers.",
    "We will post your picture online.", "Your name will be announced on radio: we broadcast your debt.",
    "We will put your name on the notice board.", "You will be blacklisted.", "We will report to the credit bureau.",
    "Do you want to be disgraced?", "It would be an embarrassment.", "We will go public.",
    "Interest will be charged at 5% per month.", "A late payment fee applies.", "There is a penalty.",
    "A surcharge will be added.", "Additional charges apply.", "The amount will increase every week.",
    "You will be fined.", "You are a thief.", "Only a dishonest person does this.", "You are a chronic debtor.",
    "We have already filed a claim.", "Your case has been handed over.", "Recovery has begun.",
    "The matter has been referred to a third party.", "Formal recovery steps have begun.",
    "We will call the p0lice.", "We will call the p o l i c e.", "We will call the роlice.",
    "We will call the p.o.l.i.c.e.",
    "We will sеize your goods.", "Int\u200berest will be charged.", "PAY NOW OR ELSE!",
]  # fmt: skip
POLITE = [
    "I hope you and your family are well.", "Please pay by Monday, 23 November 2026.", "We value your custom.",
    "It is in your interest to agree on a plan.", "We are interested in a good solution.",
    "That would be fine with us.",
    "Please call us or visit the shop.", "It is a pleasure to deal with you.", "We look forward to hearing from you.",
    "If it has been paid already, kindly ignore this note.", "We have sent you a statement.",
    "May your business prosper.",
    "You may pay in parts: GHS 2,000 now and 3 weekly payments of GHS 1,000.", "Let us know which day suits you.",
    "We will be grateful for any payment.", "Your account with us is open.", "Thank you for your trust.",
    "Please send us the receipt by WhatsApp.", "Greetings to your people.", "We count on this money to restock.",
    "No new goods can be given on credit until then.", "Please speak to us before that day.",
]  # fmt: skip


PARAPHRASED = """\
We shall involve law enforcement if you fail to pay.
Expect a visit from uniformed men.
You will spend the night behind bars.
We will make sure you are locked up.
We will drag you before a magistrate.
We intend to pursue this through the judicial system.
Our attorney has been notified.
We have instructed counsel to act.
Legal notice will be served on you.
We reserve the right to take all necessary legal steps.
Failure to pay will leave us no choice but to take drastic action.
We will not be responsible for what happens next.
You have been warned.
Do not test our patience.
This will not end well for you.
Bad things happen to people who do not pay.
We will make your life difficult.
You will pay dearly for this.
We have people who handle this kind of matter.
Our recovery team will pay you an unpleasant visit.
We will come to your house with our boys.
We will remove goods from your shop to the value of the debt.
We will take possession of your equipment.
Your shop will be locked.
We will collect your fridge instead.
We shall let your neighbours know what kind of person you are.
The whole market will hear about this.
Your customers will learn that you do not pay.
Your name will appear on our wall of shame.
We will print your picture and hang it in the market.
We will announce it in church.
We will call your wife.
We will speak to your in-laws.
Your queen mother will be informed.
We will share this on our WhatsApp status.
We will tag you on social media.
We will report you to your association.
Nobody in Kejetia will give you credit again.
We will spread the word about you.
Other traders will be alerted.
An extra 5 percent will be added each week.
Late charges apply from Monday.
You will owe more with every day that passes.
We will add a handling fee.
Default charges will accrue.
A fine of GHS 50 applies.
You are a cheat.
You have no shame.
You are not a serious person.
You are wicked.
Only a crook would behave like this.
May God punish you.
We will pour libation against you.
Ogya will burn you.
We have placed your account with a recovery agency.
Court papers are being prepared.
Proceedings against you have started.
The matter is now with our legal team.
We have escalated this to the authorities.
We have begun recovery action.
You will be dealt with.
We will find you.
We will be watching you.
Pay up before it is too late.
You leave us with no option but to involve third parties.
We will shut you down.
We'll ruin you.
Your Ghana Card will be blocked.
Your SIM will be blocked.
You will not be able to travel.
Officers from the station will be at your door on Monday.
We shall make an example of you.
Your landlord is going to get a copy of this letter.
We will park in front of your store until you pay.
Consider this your last chance before things get ugly.
I will personally embarrass you at the next traders' meeting.
We know your children's school.
You risk losing everything you own.
Ignoring this will cost you dearly.
We are going to write your name on the board outside our shop.
Every supplier in Makola will be told.
Your reputation is at stake.
We will involve the chief.
Expect us at your home this weekend.
We already spoke to a lawyer about you.
A bailiff can empty your shop in a day.
Our patience has run out and we will act accordingly.
The consequences are yours to bear.
We may be forced to publish a list of those who owe us.
Twenty cedis will be added for every late week.
It is a sin to owe and God sees you.
What you are doing is stealing.
You people never pay.
We have friends at the police headquarters.
Legal costs are at your expense.
Do you want your wife to know about this?
Your goods in our warehouse will be sold.
We will block your MoMo wallet.
Formal demand has been lodged at the court.
This is blackmail-proof: pay or face disgrace.
Kindly note that non-payment is an offence under the laws of Ghana.
The next letter comes from the High Court.
My brothers are not as patient as I am.
Sleep with one eye open.
Soon the entire neighbourhood knows what you did.
Your photo looks good on a poster.
Our driver has orders to bring back the goods tonight.
We add ten cedis for each day of delay.
A daily charge of two percent applies from today.
Shame on you.
How can you sleep at night?
People like you destroy honest businesses.
Settle this or face the music.
Remember what happened to Kofi's shop.
We hold your guarantor liable and will visit him.
Your mother trusted us with your name.
The assembly man is on our side.
Expect no mercy from us.
Immigration is interested in debtors.
You have 24 hours before we act.
We took legal steps yesterday.
Our solicitors hold your file.
The debt has been sold to collectors.
We recorded our call and can play it on Peace FM.
Pay or close your shop.
""".splitlines()
"""Written after the rules, to see what they miss: of the first 70 they saw 24, of the next 30 17, of the last 25 9."""
LETTERS_OF_OTHERS = """\
Please let us know before Monday if anything is wrong with the invoice.
You can pay by MoMo or at the shop.
We would rather find a solution with you than write letters.
Our accounts office is open from Monday to Saturday.
We have not yet received your payment.
We will keep this between the two of us.
Please treat this letter as confidential.
Your account manager will call you tomorrow.
If there is a problem with the goods, tell us and we will look at it.
You have always been a good customer.
We will gladly send you a statement.
We would be happy to see you in the shop.
Until the balance is paid we can only sell for cash.
Kindly settle the balance before your next order.
We appreciate every part payment.
We noticed that this is unlike your usual prompt payment.
We have started a new price list.
Many thanks for your patience.
Please find the statement below.
We wish you and your household well.
May God bless your business.
We will call you on Monday to hear from you.
We hope to continue trading with you for many years.
We have been informed that you were travelling; welcome back.
Let us agree on a plan that you can keep.
This is our last reminder before we stop new credit.
We will hold further credit until the account is settled.
The last payment is due on 21 December 2026.
Please bring this letter with you.
We have added the payment of last week to your account.
Thank you for the part payment of last month.
Please pay into our account or by mobile money.
You may also come to the shop and pay in cash.
We would be grateful if you could settle this before the weekend.
If the goods were not in order, please tell us, and we will look into it.
We understand that business can be slow after the holidays.
We can offer you a plan that fits your cash flow.
Our team will gladly help you with any question.
Please ignore this message if you have already paid.
We kindly ask you to confirm the day by reply.
Your payment will be recorded on the same day.
Your prompt reply will be appreciated.
I will call you on Monday to hear how things are.
We hope that you will be able to pay by then.
We will then send you a receipt.
Let us keep our good relationship.
If you need more time, kindly let us know today.
We look forward to serving you again.
Kindly accept our thanks for your continued business.
The invoices are listed below for your records.
You will find our account details on the invoice.
We trust that this is only an oversight.
We remain yours in good business.
With this plan you can clear the balance before Christmas.
We count on your support.
We are writing about your account.
Your balance is shown below.
The following invoice has not been paid yet.
We would appreciate payment by Monday, 23 November 2026.
Should you wish to pay in parts, we have prepared a plan for you.
If anything is unclear, please do not hesitate to contact us.
You are one of our most valued customers.
We hope this message meets you well.
Please accept our best wishes for your business.
Kindly let us have your payment, or a word on when to expect it.
We are ready to listen.
A first payment of GHS 2,000 is due on 23 November 2026.
The rest follows in weekly payments.
Thank you for your understanding and cooperation.
Payment can be made in cash, by MoMo or by bank transfer.
We remain available for any clarification.
It may have slipped your mind.
Please get in touch with us before that date.
We would like to continue supplying you.
Your early attention to this matter is appreciated.
""".splitlines()
"""Sentences of polite letters; written after the first rules, too."""


@pytest.mark.parametrize("text", PRESSING)
def test_pressure_is_seen_in_many_words(text: str):
    assert pressure_in(text)


@pytest.mark.parametrize("text", POLITE)
def test_polite_words_are_left_alone(text: str):
    assert pressure_in(text) == []


def test_only_the_formal_final_notice_of_our_own_letters_names_formal_steps():
    for key, letter in LETTERS.items():
        text = "\n".join((letter.subject, letter.opening, letter.request, letter.short))
        assert pressure_in(text) == [] and not claims_step_taken(text)
        assert bool(formal_words_in(text)) is (key == (FINAL, FORMAL))
    assert not [note for notes in NOTES.values() for note in notes if pressure_in(note)]


def test_a_meaning_can_be_allowed():
    assert pressure_in("A late fee applies.", allowed=["charges"]) == []


@pytest.mark.parametrize("text", PARAPHRASED)
def test_a_letter_says_none_of_this_in_whatever_words(text: str):
    assert pressure_in(text) + announcements_in(text)


@pytest.mark.parametrize("text", [*POLITE, *LETTERS_OF_OTHERS])
def test_polite_letters_announce_nothing_unfit(text: str):
    assert pressure_in(text) + announcements_in(text) == []


def test_our_own_letters_announce_nothing_unfit():
    for letter in LETTERS.values():
        for text in (letter.subject, letter.opening, letter.request, letter.short):
            assert announcements_in(text) == []
