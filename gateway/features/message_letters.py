"""The letters that fixed rules write: four kinds of message in three tones, respectful in each of them.

`Letter` texts hold slots: {who} whom it greets, {amount} what is owed, {matter} the invoices, {pay_by} a day, {plan} a
paragraph or nothing, {shop} who signs.
"""

from dataclasses import dataclass

FIRST, SECOND, FINAL, OFFER = "first_reminder", "second_reminder", "final_notice", "payment_plan_offer"
FRIENDLY, FIRM, FORMAL = "professional_friendly", "firm", "formal_legal"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: subject, the paragraphs before and after the invoices, and the one request of the short versions."""

    subject: str
    opening: str
    request: str
    short: str


LETTERS: dict[tuple[str, str], Letter] = {
    (FIRST, FRIENDLY): Letter(
        "Friendly reminder: {amount} is overdue",
        "I hope you, your family and your business are well. Thank you for buying from us; we value your custom. May I "
        "kindly draw your attention to the following.",
        "If it has already been paid, please accept our thanks and ignore this note. Otherwise we would be grateful to "
        "receive it by {pay_by}. If something has come up, please call or visit us, and we will find a way together.",
        "a friendly reminder that {amount} is overdue. Kindly pay by {pay_by} or call us to agree on a day. Thank you.",
    ),
    (FIRST, FIRM): Letter(
        "Reminder: {amount} is overdue",
        "I hope this finds you well. Thank you for your business. According to our books the following is overdue and "
        "still open.",
        "Please arrange payment by {pay_by}. If you have paid in the meantime, kindly send us the receipt so that we can "
        "correct our books. If you cannot pay all of it at once, please speak to us before that day, so that we can "
        "agree on something that both sides can keep.",
        "{amount} is overdue. Please pay by {pay_by}, or call us before that day to agree on a plan. Thank you.",
    ),
    (FIRST, FORMAL): Letter(
        "Payment reminder: {amount}",
        "We write concerning your account with us. Our records show that the following is overdue and has not been "
        "settled.",
        "We kindly request payment by {pay_by}. Should the amount have been paid already, please let us have a copy of "
        "the receipt and regard this letter as settled. Should you disagree with any item, please let us know in writing "
        "by the same day. We remain at your disposal for any question about the account.",
        "our records show {amount} overdue. We kindly request payment by {pay_by}. Please call us with any question.",
    ),
    (SECOND, FRIENDLY): Letter(
        "Second reminder: {amount} is still open",
        "I hope all is well with you and your people. We have enjoyed doing business with you and would like to keep it "
        "so. We wrote to you before about the following, which is still open.",
        "Please let us have it by {pay_by}, or call us and tell us which day suits you. We know that trade has good weeks "
        "and slow weeks; a short word from you is enough for us to plan.",
        "a second kind reminder that {amount} is still open. Please pay by {pay_by} or tell us which day suits you.",
    ),
    (SECOND, FIRM): Letter(
        "Second reminder: please settle {amount}",
        "Thank you for your business so far. We reminded you before of the following, and we have not received the "
        "payment yet.",
        "Please settle it by {pay_by}. We count on this money to restock our shelves, also for you. If you cannot pay all "
        "of it by then, call or visit us before that day with a proposal, and we will look at it with you. If it has been "
        "paid, please send us the receipt.",
        "we reminded you before: {amount} is still open. Please settle it by {pay_by} or call us with a proposal.",
    ),
    (SECOND, FORMAL): Letter(
        "Second payment reminder: {amount}",
        "We refer to our earlier reminder about your account. Our records show that the following remains unsettled.",
        "We request that the amount be settled by {pay_by}. If you are unable to settle it in full, we ask for a written "
        "proposal by that day. If any item is in dispute, kindly state your reasons in writing, so that we can look into "
        "them without delay. If payment has been made, please send us a copy of the receipt.",
        "second reminder: {amount} remains unsettled. We request payment or a written proposal by {pay_by}.",
    ),
    (FINAL, FRIENDLY): Letter(
        "Final reminder: {amount}",
        "I hope you are well. You have been a valued customer, and we would like it to stay that way. We have written to "
        "you several times about the following, which is still open.",
        "Please settle it by {pay_by}, or come and see us before then, so that we can agree on a plan. Until that is done "
        "we cannot give new goods on credit. We would much rather clear this together with you than let it grow old, and "
        "we will listen to whatever you propose.",
        "our final reminder: {amount} is still open. Please pay by {pay_by} or come and see us, so that we can agree.",
    ),
    (FINAL, FIRM): Letter(
        "Final notice: {amount} by {pay_by}",
        "We have reminded you of the following more than once, and it is still open.",
        "Please pay by {pay_by}. Until the account is settled, new goods can only be sold to you for cash. If you cannot "
        "pay everything by that day, speak to us before it, in person or by telephone, and bring a proposal that you can "
        "keep. We prefer an agreement to a long exchange of letters, and we will treat what you tell us in confidence.",
        "final notice: {amount} must be settled by {pay_by}. If you cannot pay it all, call us before that day.",
    ),
    (FINAL, FORMAL): Letter(
        "Final notice: {amount}",
        "We refer to our earlier reminders about your account. In spite of them the following remains unsettled.",
        "We require settlement in full by {pay_by}. Until then no further goods will be supplied on credit. If the amount "
        "is neither settled nor the subject of a written agreement by that day, we may have to consider formal recovery "
        "steps. We would regret that, and we invite you to contact us before that day, so that it does not become "
        "necessary. If payment has been made, kindly send us a copy of the receipt.",
        "final notice: we require {amount} by {pay_by}. Please contact us before that day if you cannot settle it.",
    ),
    (OFFER, FRIENDLY): Letter(
        "A payment plan for your balance of {balance}",
        "I hope you and your business are doing well. We value working with you, and we know that cash does not always "
        "come in when bills fall due. So we would like to make it easier for you.",
        "If other days or amounts suit you better, tell us, and we will see what can be done. Please let us know by "
        "{pay_by} whether this works for you.",
        "you can clear your balance of {balance} in parts: {parts}. Please tell us by {pay_by} if it suits you.",
    ),
    (OFFER, FIRM): Letter(
        "Proposal: clear your balance of {balance} in parts",
        "Thank you for your business. Your account with us is open, and we would like to settle it with you in an orderly "
        "way.",
        "Please confirm by {pay_by} that you accept, or come to us with a proposal of your own before that day. Once "
        "agreed, we count on each payment arriving on its day.",
        "we offer you to clear {balance} in parts: {parts}. Please confirm by {pay_by} or call us.",
    ),
    (OFFER, FORMAL): Letter(
        "Offer of a payment plan: {balance}",
        "We refer to your account with us and offer to settle the balance by instalments.",
        "We request your written acceptance by {pay_by}. The plan takes effect once you have accepted it. If you prefer "
        "other terms, kindly put them to us in writing by the same day, and we will consider them. Please keep a receipt "
        "of every payment.",
        "we offer to settle {balance} by instalments: {parts}. Please accept in writing by {pay_by}.",
    ),
}  # fmt: skip

GREETINGS = {FRIENDLY: "Dear {who},", FIRM: "Dear {who},", FORMAL: "Dear {who},"}
CLOSINGS = {
    FRIENDLY: "Thank you, and may your business prosper.\n\nKind regards,\n{shop}",
    FIRM: "Thank you for your prompt attention.\n\nBest regards,\n{shop}",
    FORMAL: "Yours faithfully,\n{shop}",
}
NOTES = {
    FRIENDLY: (
        "Greets and thanks first: the relationship comes before the business",
        "Assumes good faith and leaves room for a payment that has crossed with the letter",
        "Invites a conversation, so that the customer does not lose face",
    ),
    FIRM: (
        "Firm about amount and day, respectful towards the person",
        "Asks for a proposal instead of blaming, so that the customer does not lose face",
        "Keep the matter between you and the customer; do not raise it in front of others",
    ),
    FORMAL: (
        "Formal and complete, without any word about the person",
        "Deliver it in a closed envelope or to the customer alone; do not raise it in front of others",
        "A personal call before or after the letter keeps the relationship",
    ),
}
