use super::*;
use proptest::prelude::*;

fn of(sql: &str) -> StatementText {
    normalise(sql, Tongue::Postgres)
}

#[test]
fn values_lists_and_comments_are_left_out() {
    for (sql, text) in [
        ("SELECT 1", "SELECT ?"),
        ("select * from a where b = 'it''s' and c=-1.5e3", "select * from a where b = ? and c=?"),
        ("SELECT * FROM a WHERE b IN (1, 2,3) AND c IN ('x')", "SELECT * FROM a WHERE b IN (…) AND c IN (…)"),
        ("SELECT * FROM a WHERE (b, c) IN ((1, 2), (3, 4))", "SELECT * FROM a WHERE (b, c) IN (…)"),
        ("INSERT INTO a (b, c) VALUES ($1, $2), ($3, NULL)", "INSERT INTO a (b, c) VALUES (…)"),
        ("INSERT INTO a VALUES (1, now())", "INSERT INTO a VALUES (?, now())"),
        ("SELECT a - 1, -1 FROM b", "SELECT a - ?, ? FROM b"),
        ("SELECT ARRAY[1, 2]", "SELECT ARRAY[…]"),
        ("SELECT $tag$ secret $tag$, E'secret\\'', U&'secret', X'ab'", "SELECT ?, ?, ?, ?"),
        ("SELECT a -- secret\nFROM b /* secret */ LIMIT 5", "SELECT a FROM b LIMIT ?"),
        ("SELECT $1::int", "SELECT ?::int"),
        ("SELECT \"Quoted\" FROM b", "SELECT \"Quoted\" FROM b"),
        ("SELECT 'secret", "SELECT …"),
        ("", ""),
    ] {
        assert_eq!(of(sql).text, text, "{sql}");
    }
    for sql in ["SELECT ?1", "SELECT ?", "SELECT :name", "SELECT @name"] {
        assert_eq!(normalise(sql, Tongue::Sqlite).text, "SELECT ?", "{sql}");
    }
}

#[test]
fn the_same_statement_has_the_same_fingerprint() {
    for (one, other) in [
        ("SELECT a FROM b WHERE c = 1", "select  a\nfrom b where c=$1 ;"),
        ("SELECT a FROM b WHERE c IN (1)", "SELECT a FROM b WHERE c IN (1, 2, 3)"),
        ("INSERT INTO a VALUES (1, 2)", "INSERT INTO a VALUES (3, 4), (5, 6)"),
        ("SELECT a FROM b WHERE c = 1", "SELECT a FROM b WHERE c = -1"),
    ] {
        assert_eq!(of(one).fingerprint, of(other).fingerprint, "{one} and {other}");
    }
    assert_ne!(of("SELECT a FROM b").fingerprint, of("SELECT a FROM c").fingerprint);
    assert_ne!(of("SELECT \"a\"").fingerprint, of("SELECT \"A\"").fingerprint, "in quotes, case matters");
    assert_eq!(of("SELECT a FROM b").fingerprint, 10_525_316_114_461_697_028, "it is the same for ever");
}

#[test]
fn a_summary_says_what_is_done_to_what() {
    for (sql, summary, is_change) in [
        ("SELECT * FROM players p JOIN matches m ON m.a = p.id", "SELECT players matches", false),
        ("INSERT INTO public.orders SELECT * FROM carts", "INSERT public.orders SELECT carts", true),
        ("UPDATE players SET rating = 1", "UPDATE players", true),
        ("SELECT * FROM jobs FOR UPDATE", "SELECT jobs", false),
        ("INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1", "INSERT a", true),
        ("WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "DELETE a SELECT x", true),
        ("SELECT replace(a, 'x', 'y') FROM b", "SELECT b", false),
        ("BEGIN", "BEGIN", false),
        ("PRAGMA journal_mode", "PRAGMA journal_mode", false),
        ("LISTEN changes", "LISTEN CHANGES", false),
    ] {
        let of = of(sql);
        assert_eq!((of.summary.as_str(), of.is_change), (summary, is_change), "{sql}");
    }
}

#[test]
fn several_statements_are_known_as_such() {
    assert!(of("SELECT 1;").is_single && of("SELECT 1").is_single);
    assert!(!of("SELECT 1; SELECT 2").is_single);
}

#[test]
fn long_texts_are_cut() {
    let long = format!("SELECT {} FROM b", "a, ".repeat(100_000));
    let text = of(&long).text;
    assert!(text.len() < 2 * KEPT && text.ends_with(LEFT_OUT));
}

proptest! {
    #[test]
    fn any_text_is_taken(sql in any::<String>()) {
        for tongue in [Tongue::Sqlite, Tongue::Postgres] {
            let _ = normalise(&sql, tongue);
        }
    }

    #[test]
    fn any_pieces_of_sql_are_taken(parts in prop::collection::vec(
        prop::sample::select(vec!["SELECT", "(", ")", "'", "\"", "$$", "--", "/*", "*/", ";", ",", "IN", "?", "$1", "[", "]", "E'", "-", "1"]), 0..40)
    ) {
        let _ = of(&parts.join(" "));
        let _ = of(&parts.concat());
    }

    #[test]
    fn no_value_is_ever_shown(text in "[a-z]{6,12}", number in 100_000..u64::MAX, many in 1_usize..5) {
        let list = vec![format!("'zq{text}'"); many].join(", ");
        let sql = format!("SELECT a FROM b WHERE c = 'zq{text}' AND d = {number} AND e IN ({list}) -- zq{text}");
        for tongue in [Tongue::Sqlite, Tongue::Postgres] {
            let of = normalise(&sql, tongue);
            prop_assert_eq!(&of.text, "SELECT a FROM b WHERE c = ? AND d = ? AND e IN (…)");
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(values in prop::collection::vec(-1_000..1_000_i64, 1..6)) {
        let list: Vec<String> = values.iter().map(i64::to_string).collect();
        let sql = format!("SELECT a FROM b WHERE c = {} AND d IN ({})", values[0], list.join(","));
        let once = of(&sql);
        prop_assert_eq!(of("SELECT a FROM b WHERE c = 7 AND d IN (8)").fingerprint, once.fingerprint);
    }
}
