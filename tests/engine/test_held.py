from evosync.engine.held import find_verdict, make_held, stated_members
from evosync.engine.memory import Consent, Verdict

HIDE_A, HIDE_B, PRICE_A = ("hide", "a"), ("hide", "b"), ("price", "a")


def test_a_digest_names_a_set_whatever_its_order_and_its_reasons() -> None:
    one = make_held([HIDE_B, PRICE_A, HIDE_A], ["Мало."])
    two = make_held([HIDE_A, HIDE_A, HIDE_B, PRICE_A], [])

    assert one.members == (HIDE_A, HIDE_B, PRICE_A)
    assert one.digest == two.digest
    assert len(bytes.fromhex(one.digest)) == 32
    assert one.counts == {"hide": 2, "price": 1}


def test_two_sets_have_two_digests() -> None:
    sets = ([HIDE_A], [HIDE_B], [HIDE_A, HIDE_B], [PRICE_A], [("hide", "a,b")])

    assert len({make_held(one, []).digest for one in sets}) == len(sets)


def test_what_was_stated_is_no_answer_to_a_question() -> None:
    stated = Consent(verdict=Verdict.STATED, members=frozenset({HIDE_A}))
    other = Consent(verdict=Verdict.STATED, members=frozenset({HIDE_B}))

    assert find_verdict([HIDE_A], [stated]) is None
    assert stated_members([stated, other]) == {HIDE_A, HIDE_B}
    assert stated_members([]) == frozenset()
