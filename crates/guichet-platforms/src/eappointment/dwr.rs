//! One call of Direct Web Remoting: the question as the page's own script writes it, and what the answer states.
//!
//! The answer is a piece of script, and a stranger's: it is cut into words and texts, and only the properties of the
//! one value that the service hands back are looked at. What never enters: running it, other calls, its meaning.

use std::str::Chars;

use url::Url;

/// Where the service hands back the value of a call.
const CALLBACK: &str = "_remoteHandleCallback";
/// Where it says instead that the call, or all of them, failed.
const EXCEPTIONS: [&str; 2] = ["_remoteHandleException", "_remoteHandleBatchException"];
/// The longest answer looked at, in bytes; real ones stay under two thousand.
const LONGEST: usize = 64 * 1024;

/// The question whether there is anything for `motives`, ticked together, once each, on the page at `page`.
///
/// The script's own id of the browser's page only serves to push messages back; it stays empty, as the one of the
/// session does in a browser too, where scripts cannot read that cookie.
pub(super) fn question(page: &Url, motives: &[String]) -> String {
    let page = page.path().split(';').next().unwrap_or_default();
    let numbered = |i: usize| format!("c0-e{i}=number:1\n");
    let quantities = (1..=motives.len()).map(numbered).collect::<Vec<_>>().concat();
    let tick = |(i, motive): (usize, &String)| format!("{motive}:reference:c0-e{i}");
    let ticked = (1..).zip(motives).map(tick).collect::<Vec<_>>().join(", ");
    format!(
        "callCount=1\npage={page}\nhttpSessionId=\nscriptSessionId=\nc0-scriptName=AjaxMotive\n\
         c0-methodName=motiveMultiSiteSubmit\nc0-id=0\nc0-param0=boolean:false\n{quantities}\
         c0-param1=Object_Object:{{{ticked}}}\nbatchId=0\n"
    )
}

/// What an answer states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// `foundAvailabilities`, where it is stated as true or false.
    pub(super) found: Option<bool>,
    /// `msg`, where it is a text.
    pub(super) message: Option<String>,
}

/// An answer, cut up.
#[derive(Debug)]
pub(super) struct Answer(Vec<Token>);

impl Answer {
    /// Cuts up an answer; one that is no script, or breaks off in a text, has nothing in it.
    pub(super) fn of(body: &str) -> Self {
        Self(if body.len() <= LONGEST { tokens(body).unwrap_or_default() } else { Vec::new() })
    }

    /// Whether the service says that the call failed.
    pub(super) fn is_exception(&self) -> bool {
        self.0.iter().any(|token| EXCEPTIONS.iter().any(|name| token.is_word(name)))
    }

    /// What it states in answer to the one call asked; `None` where it answers none, several or another, hands back
    /// no object, or states one thing twice or in an unknown way.
    pub(super) fn said(&self) -> Option<Said> {
        let mut calls = self.0.iter().enumerate().filter(|(_, token)| token.is_word(CALLBACK));
        let at = calls.next()?.0;
        if calls.next().is_some() {
            return None;
        }
        let before = self.0.get(at.checked_sub(4)?..at)?;
        let own = before[0].is_word("dwr")
            && before[1].is_mark('.')
            && before[2].is_word("engine")
            && before[3].is_mark('.');
        let [open, batch, comma, call, second_comma, value @ ..] = self.0.get(at + 1..)? else {
            return None;
        };
        let ours = open.is_mark('(')
            && batch.is("0")
            && comma.is_mark(',')
            && call.is("0")
            && second_comma.is_mark(',');
        if !(own && ours) {
            return None;
        }
        match value {
            [brace, rest @ ..] if brace.is_mark('{') => properties(rest).and_then(Said::of),
            [Token::Word(name), end, ..] if end.is_mark(')') => assigned(&self.0, name).and_then(Said::of),
            _ => None,
        }
    }
}

/// A property and its value.
type Property<'a> = (&'a str, &'a [Token]);

impl Said {
    fn of(properties: Vec<Property<'_>>) -> Option<Self> {
        let mut said = Self { found: None, message: None };
        let (mut stated, mut told) = (0, 0);
        for (name, value) in properties {
            match (name, value) {
                ("foundAvailabilities", [Token::Word(word)]) if word == "true" || word == "false" => {
                    stated += 1;
                    said.found = Some(word == "true");
                }
                ("msg", [Token::Text(text)]) => {
                    told += 1;
                    said.message = Some(text.clone());
                }
                ("msg", [Token::Word(word)]) if word == "null" => told += 1,
                ("foundAvailabilities" | "msg", _) => return None,
                _ => {}
            }
        }
        (stated <= 1 && told <= 1).then_some(said)
    }
}

/// The properties of the object whose inside `tokens` begins with; `None` where it is not closed, or not an object.
fn properties(tokens: &[Token]) -> Option<Vec<Property<'_>>> {
    let mut properties = Vec::new();
    let mut rest = tokens;
    if let [end, closed, ..] = rest
        && end.is_mark('}')
        && closed.is_mark(')')
    {
        return Some(properties);
    }
    loop {
        let [Token::Word(name) | Token::Text(name), colon, after @ ..] = rest else {
            return None;
        };
        let length = value_length(after)?;
        let (value, end) = after.split_at(length);
        if !colon.is_mark(':') || value.is_empty() {
            return None;
        }
        properties.push((name.as_str(), value));
        match end {
            [comma, next @ ..] if comma.is_mark(',') => rest = next,
            [brace, closed, ..] if brace.is_mark('}') && closed.is_mark(')') => return Some(properties),
            _ => return None,
        }
    }
}

/// How many tokens the value has that `tokens` begins with, up to a comma or a closing brace of what is around it.
fn value_length(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{' | '[' | '(') => depth += 1,
            Token::Mark(',' | '}') if depth == 0 => return Some(at),
            Token::Mark('}' | ']' | ')') => depth = depth.checked_sub(1)?,
            Token::Mark(';') => return None,
            _ => {}
        }
    }
    None
}

/// The properties given to the variable `name`, statement by statement; `None` where there are none.
fn assigned<'a>(tokens: &'a [Token], name: &str) -> Option<Vec<Property<'a>>> {
    let property = |statement: &'a [Token]| match statement {
        [variable, dot, Token::Word(property), equals, value @ ..]
            if variable.is_word(name) && dot.is_mark('.') && equals.is_mark('=') =>
        {
            Some((property.as_str(), value))
        }
        _ => None,
    };
    let properties: Vec<Property<'_>> =
        tokens.split(|token| token.is_mark(';')).filter_map(property).collect();
    (!properties.is_empty()).then_some(properties)
}

/// A piece of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name, a number, `true`, `null`.
    Word(String),
    /// What stands between quotes.
    Text(String),
    /// Anything else, sign by sign.
    Mark(char),
}

impl Token {
    fn is_word(&self, expected: &str) -> bool {
        matches!(self, Self::Word(word) if word == expected)
    }

    fn is_mark(&self, expected: char) -> bool {
        matches!(self, Self::Mark(mark) if *mark == expected)
    }

    /// Whether it is this word or text.
    fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Word(text) | Self::Text(text) if text == expected)
    }
}

/// Cuts a script into its pieces, without its comments; `None` where a text or a comment is not closed.
fn tokens(script: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..)?;
        if first.is_whitespace() || first == '\u{FEFF}' {
            rest = after;
        } else if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.get(comment.find(['\n', '\r']).unwrap_or(comment.len())..)?;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/")?.1;
        } else if matches!(first, '"' | '\'') {
            let (text, end) = text(after, first)?;
            tokens.push(Token::Text(text));
            rest = end;
        } else if is_part_of_a_word(first) {
            let (word, end) = rest.split_at(rest.find(|c| !is_part_of_a_word(c)).unwrap_or(rest.len()));
            tokens.push(Token::Word(word.to_owned()));
            rest = end;
        } else if first == '`' {
            return None;
        } else {
            tokens.push(Token::Mark(first));
            rest = after;
        }
    }
    Some(tokens)
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The text that ends at the next `quote`, with its escapes undone, and what follows.
fn text(script: &str, quote: char) -> Option<(String, &str)> {
    // In the units of the language, where a sign beyond the first 65,536 is written as two escapes.
    let mut units: Vec<u16> = Vec::new();
    let mut chars = script.chars();
    loop {
        let unit = match chars.next()? {
            c if c == quote => return Some((String::from_utf16_lossy(&units), chars.as_str())),
            '\n' | '\r' => return None,
            '\\' => match chars.next()? {
                'u' => code(&mut chars, 4)?,
                'x' => code(&mut chars, 2)?,
                'b' | 'f' | 'n' | 'r' | 't' | 'v' => u16::from(b' '),
                other => {
                    units.extend(other.encode_utf16(&mut [0; 2]).iter());
                    continue;
                }
            },
            other => {
                units.extend(other.encode_utf16(&mut [0; 2]).iter());
                continue;
            }
        };
        units.push(unit);
    }
}

/// The number that the next `digits` hexadecimal digits write.
fn code(chars: &mut Chars<'_>, digits: usize) -> Option<u16> {
    let written: String = chars.take(digits).collect();
    let plain = written.len() == digits && written.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u16::from_str_radix(&written, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<(Option<bool>, Option<String>)> {
        Answer::of(body).said().map(|said| (said.found, said.message))
    }

    fn answer(value: &str) -> String {
        format!("//#DWR-REPLY\ndwr.engine._remoteHandleCallback('0','0',{value});\n")
    }

    #[test]
    fn the_question_names_the_page_without_its_session_and_every_motive_once() {
        let page = "https://a.gouv.fr/eAppointmentx/element/jsp/appointment.jsp;jsessionid=AB.w1?x=1"
            .parse()
            .unwrap();
        insta::assert_snapshot!(question(&page, &["20".to_owned(), "70".to_owned()]), @r"
        callCount=1
        page=/eAppointmentx/element/jsp/appointment.jsp
        httpSessionId=
        scriptSessionId=
        c0-scriptName=AjaxMotive
        c0-methodName=motiveMultiSiteSubmit
        c0-id=0
        c0-param0=boolean:false
        c0-e1=number:1
        c0-e2=number:1
        c0-param1=Object_Object:{20:reference:c0-e1, 70:reference:c0-e2}
        batchId=0
        ");
    }

    #[test]
    fn the_value_is_read_written_in_place_or_statement_by_statement() {
        for value in [
            "{foundAvailabilities:true,msg:null,overrideValue:{serviceKey:\"a\"}}",
            "{\"msg\":null,'foundAvailabilities' : true}",
            "{list:[{foundAvailabilities:false},1],foundAvailabilities:true}",
            "s0);s0.foundAvailabilities=true;s0.msg=null;(0",
        ] {
            assert_eq!(said(&answer(value)), Some((Some(true), None)), "{value}");
        }
        let body = "throw 'allowScriptTagRemoting is false.';\n//#DWR-INSERT\n//#DWR-REPLY\nvar s0={};\
                    s0.foundAvailabilities=false;s0.msg=\"Aucun\";\ndwr.engine._remoteHandleCallback('0','0',s0);";
        assert_eq!(said(body), Some((Some(false), Some("Aucun".to_owned()))));
        assert_eq!(said(&answer("{}")), Some((None, None)));
    }

    #[test]
    fn escapes_in_a_text_are_undone() {
        for (written, text) in [
            (r#""l\u0027\u00E9t\xe9""#, "l'été"),
            (r"'n\'est pas \\ l\u00e0'", "n'est pas \\ là"),
            (r#""\uD83D\uDE00 \ud83d\n.""#, "😀 \u{FFFD} ."),
            ("\"'/* // {},:\"", "'/* // {},:"),
        ] {
            let body = answer(&format!("{{msg:{written}}}"));
            assert_eq!(said(&body), Some((None, Some(text.to_owned()))), "{written}");
        }
    }

    #[test]
    fn what_stands_in_texts_comments_and_nested_values_states_nothing() {
        for value in [
            "{msg:'foundAvailabilities:true'}",
            "{msg:\"\",foundAvailabilities2:true}",
            "{a:{foundAvailabilities:true}}",
            "{/*foundAvailabilities:true*/}",
            "{//foundAvailabilities:true\n}",
            "{a:[{foundAvailabilities:true}]}",
        ] {
            assert_eq!(said(&answer(value)).map(|said| said.0), Some(None), "{value}");
        }
    }

    #[test]
    fn answers_of_another_shape_state_nothing() {
        for body in [
            "",
            "foundAvailabilities:true",
            "{\"foundAvailabilities\":true}",
            "dwr.engine._remoteHandleCallback('1','0',{foundAvailabilities:true});",
            "dwr.engine._remoteHandleCallback('0','1',{foundAvailabilities:true});",
            "other.engine._remoteHandleCallback('0','0',{foundAvailabilities:true});",
            "_remoteHandleCallback('0','0',{foundAvailabilities:true});",
            "dwr.engine._remoteHandleCallback=function(batchId,callId,reply){};var foundAvailabilities=true;",
            "'dwr.engine._remoteHandleCallback(\\'0\\',\\'0\\',{foundAvailabilities:true});'",
            "//dwr.engine._remoteHandleCallback('0','0',{foundAvailabilities:true});",
        ] {
            assert_eq!(said(body), None, "{body}");
        }
        for value in [
            "null",
            "true",
            "s0",
            "[]",
            "{foundAvailabilities:true",
            "{foundAvailabilities:true,}",
            "{foundAvailabilities:}",
            "{foundAvailabilities:!0}",
            "{foundAvailabilities:true&&false}",
            "{foundAvailabilities:\"true\"}",
            "{foundAvailabilities:1}",
            "{foundAvailabilities:true;msg:1}",
            "{foundAvailabilities:true,foundAvailabilities:false}",
            "{foundAvailabilities:true,foundAvailabilities:true}",
            "{foundAvailabilities:true,msg:s1}",
            "{foundAvailabilities:true,msg:'a'+'b'}",
            "{foundAvailabilities:true,msg:'}",
            "{foundAvailabilities:true,msg:'a\n'}",
            "{foundAvailabilities:true,msg:'\\u12'}",
            "{foundAvailabilities:true,msg:`a`}",
            "{foundAvailabilities:true})/*",
        ] {
            assert_eq!(said(&answer(value)), None, "{value}");
        }
        let twice = answer("{foundAvailabilities:true}").repeat(2);
        assert_eq!(said(&twice), None);
        assert_eq!(said(&format!("{}{}", answer("{foundAvailabilities:true}"), " ".repeat(LONGEST))), None);
    }

    #[test]
    fn exceptions_are_seen_outside_of_texts_only() {
        for name in EXCEPTIONS {
            let thrown = format!("dwr.engine.{name}('0','0',{{javaClassName:\"x\",message:\"y\"}});");
            assert!(Answer::of(&thrown).is_exception(), "{name}");
            assert!(!Answer::of(&format!("var a='{thrown}'").replace("'0'", "0")).is_exception());
        }
    }
}
