//! Names of sessions, addresses and user agents as keyed hashes, for a lake that many may read.
//!
//! What a record says of itself is judged before anything is hidden. What other records settle is judged by
//! what is left, so that a policy that also asks for what is hidden stays open. The same text has the same hash in every column and every run with the same key, so that rows of one session can still be
//! told together; whoever has the key can find a session, and nobody else. What is hidden cannot be
//! judged again: a request that is made of a row leaves these keys open ([`Call::request`]).
//!
//! Hidden are: the name of a session, a federated user or somebody who signed in elsewhere, wherever it
//! stands (`session_name`, `caller_arn`, `caller_id`, `principal`); the source identity; the IP address (a
//! service's name stays); the user agent; in findings the observed values of the condition keys made of
//! these; in the quarantine all text of records. What a policy is about stays: ARNs of roles and IAM users,
//! names and tags of resources, access key ids, VPC endpoints.
//!
//! [`Call::request`]: analyzer::Call::request

use analyzer::{Call, Finding, REDACTED_PREFIX, hex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::batch::ObjectRows;

/// Fewer bytes could be tried out.
const SHORTEST_KEY: usize = 16;

/// Hexadecimal digits of a hash.
const DIGITS: usize = 32;

/// Condition keys that are made of what is hidden.
const HIDDEN_KEYS: [&str; 5] =
    ["aws:SourceIp", "aws:VpcSourceIp", "aws:UserAgent", "aws:userid", "aws:SourceIdentity"];

/// A key to hide texts with.
#[derive(Clone)]
pub struct Redaction {
    mac: Hmac<Sha256>,
    id: String,
}

/// Why a key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of {0} bytes is too short: it takes {SHORTEST_KEY}, by chance")]
pub struct ShortKey(usize);

/// Says nothing of the key.
impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redaction").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Redaction {
    /// With this secret key.
    ///
    /// # Errors
    /// [`ShortKey`] below 16 bytes.
    pub fn new(key: &[u8]) -> Result<Self, ShortKey> {
        let mac = Hmac::<Sha256>::new_from_slice(key).ok().filter(|_| key.len() >= SHORTEST_KEY);
        let mac = mac.ok_or(ShortKey(key.len()))?;
        let mut redaction = Self { mac, id: String::new() };
        redaction.id = redaction.hash("driftline: the id of this key");
        Ok(redaction)
    }

    /// What tells the key from others, and not what it is.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What stands in place of a text.
    #[must_use]
    pub fn hidden(&self, text: &str) -> String {
        format!("{REDACTED_PREFIX}{}", self.hash(text))
    }

    /// Hides in all that came of an object what is to be hidden.
    pub fn apply(&self, rows: &mut ObjectRows) {
        rows.object.redaction = Some(self.id.clone());
        rows.calls.iter_mut().for_each(|row| self.hide_in_call(&mut row.call));
        rows.findings.iter_mut().for_each(|row| self.hide_in_finding(&mut row.finding));
        rows.quarantine.iter_mut().for_each(|entry| entry.hide());
    }

    fn hide_in_call(&self, call: &mut Call) {
        self.hide_name(&mut call.principal);
        [&mut call.caller_arn, &mut call.caller_id]
            .into_iter()
            .flatten()
            .for_each(|text| _ = self.hide_name(text));
        self.hide(&mut call.session_name);
        self.hide(&mut call.source_identity);
        self.hide(&mut call.user_agent);
        if call.source_ip.as_deref().is_some_and(|text| !is_service(text)) {
            self.hide(&mut call.source_ip);
        }
    }

    fn hide_in_finding(&self, finding: &mut Finding) {
        self.hide(&mut finding.session_name);
        if self.hide_name(&mut finding.principal) {
            // It was made of the name, and whoever guesses that could make it too.
            finding.finding_id = self.hash(&finding.finding_id);
        }
        let is_hidden = |key: &str| HIDDEN_KEYS.iter().any(|one| one.eq_ignore_ascii_case(key));
        if finding.key.as_deref().is_some_and(is_hidden) {
            finding.observed.iter_mut().for_each(|text| *text = self.hidden(text));
        }
    }

    /// Hides the name in an ARN of a session or a federated user (behind the last `/`), or in an id with a
    /// name (behind the first `:`). Whether there is one.
    fn hide_name(&self, text: &mut String) -> bool {
        let is_arn = text.starts_with("arn:");
        let named = text.contains(":assumed-role/") || text.contains(":federated-user/");
        let end = match is_arn {
            true if named => text.rfind('/'),
            true => None,
            false => text.find(':'),
        };
        let Some(start) = end.and_then(|end| end.checked_add(1)) else { return false };
        let name = text.split_off(start);
        if !name.is_empty() {
            text.push_str(&self.hidden(&name));
        }
        !name.is_empty()
    }

    fn hide(&self, text: &mut Option<String>) {
        if let Some(text) = text.as_mut().filter(|text| !text.is_empty()) {
            *text = self.hidden(text);
        }
    }

    fn hash(&self, text: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        let mut digits = hex(&mac.finalize().into_bytes());
        digits.truncate(DIGITS);
        digits
    }
}

/// Services call by their own names.
fn is_service(text: &str) -> bool {
    text == "AWS Internal"
        || text.ends_with(".amazonaws.com")
        || text.ends_with(".amazonaws.com.cn")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{call, finding};

    fn redaction() -> Redaction {
        Redaction::new(b"sixteen bytes of key").unwrap()
    }

    /// RFC 4231, test case 6: a key longer than a block.
    #[test]
    fn hashes_are_those_of_everybody() {
        let redaction = Redaction::new(&[0xaa; 131]).unwrap();
        let text = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(redaction.hidden(text), "redacted:60e431591ee0b67f0d8a26aacbf5b77f");
    }

    #[test]
    fn short_keys_are_none() {
        assert_eq!(Redaction::new(b"fifteen bytes..").unwrap_err(), ShortKey(15));
        assert!(!format!("{:?}", redaction()).contains("sixteen"));
        assert_ne!(redaction().id(), Redaction::new(b"another key of some length").unwrap().id());
    }

    #[test]
    fn a_call_tells_no_session_nor_address() {
        let mut row = call("e");
        let one = &mut row.call;
        one.session_name = Some("ana@example.com".to_owned());
        one.caller_arn =
            Some("arn:aws:sts::1:assumed-role/DataScientist/ana@example.com".to_owned());
        one.caller_id = Some("AROAEXAMPLE:ana@example.com".to_owned());
        one.source_identity = Some("ana@example.com".to_owned());
        one.source_ip = Some("2001:db8::7".to_owned());
        one.user_agent = Some("Boto3/1.34".to_owned());
        redaction().hide_in_call(one);
        let name = redaction().hidden("ana@example.com");
        assert_eq!(one.session_name.as_ref(), Some(&name));
        assert_eq!(one.source_identity.as_ref(), Some(&name));
        let arn = format!("arn:aws:sts::1:assumed-role/DataScientist/{name}");
        assert_eq!(one.caller_arn, Some(arn));
        assert_eq!(one.caller_id, Some(format!("AROAEXAMPLE:{name}")));
        assert_eq!(one.source_ip, Some(redaction().hidden("2001:db8::7")));
        assert_eq!(one.user_agent, Some(redaction().hidden("Boto3/1.34")));
    }

    /// Of all types of identity that carry a name.
    #[test]
    fn nobody_is_named_by_an_id() {
        for (text, shown) in [
            ("AROAEXAMPLE:ana@example.com", "AROAEXAMPLE:"),
            ("SAMPLE:ana@example.com", "SAMPLE:"),
            ("accounts.google.com:app:ana", "accounts.google.com:"),
            ("111122223333:ana", "111122223333:"),
            (
                "arn:aws:sts::111122223333:federated-user/ana",
                "arn:aws:sts::111122223333:federated-user/",
            ),
            ("arn:aws-cn:sts::1:assumed-role/R/ana", "arn:aws-cn:sts::1:assumed-role/R/"),
        ] {
            let mut hidden = text.to_owned();
            assert!(redaction().hide_name(&mut hidden));
            let name = text.strip_prefix(shown).unwrap();
            assert_eq!(hidden, format!("{shown}{}", redaction().hidden(name)));
            let mut row = finding("e", analyzer::Code::Image);
            let id = row.finding.finding_id.clone();
            row.finding.principal = text.to_owned();
            redaction().hide_in_finding(&mut row.finding);
            assert_eq!(row.finding.principal, hidden);
            assert_ne!(row.finding.finding_id, id);
        }
        for text in [
            "AIDAEXAMPLE",
            "arn:aws:iam::1:user/automation/x",
            "arn:aws:iam::1:role/r",
            "sagemaker.amazonaws.com",
        ] {
            let mut shown = text.to_owned();
            assert!(!redaction().hide_name(&mut shown));
            assert_eq!(shown, text);
        }
    }

    #[test]
    fn addresses_behind_proxies_are_hidden() {
        for (text, hidden) in [("203.0.113.77, 10.0.0.1", true), ("AWS Internal", false)] {
            let mut row = call("e");
            row.call.source_ip = Some(text.to_owned());
            redaction().hide_in_call(&mut row.call);
            let shown = row.call.source_ip.unwrap();
            assert_eq!(shown.starts_with(REDACTED_PREFIX), hidden, "{shown}");
        }
    }

    #[test]
    fn what_hides_nobody_stays() {
        let mut row = call("e");
        row.call.source_ip = Some("sagemaker.amazonaws.com".to_owned());
        let before = row.clone();
        redaction().hide_in_call(&mut row.call);
        assert_eq!(row, before);
    }

    #[test]
    fn observed_values_of_hidden_keys_are_hidden() {
        for (key, hidden) in
            [("aws:SourceIp", true), ("aws:userId", true), ("aws:SourceVpce", false)]
        {
            let mut row = finding("e", analyzer::Code::SourceNetwork);
            row.finding.key = Some(key.to_owned());
            row.finding.observed = vec!["203.0.113.9".to_owned()];
            redaction().hide_in_finding(&mut row.finding);
            assert_eq!(row.finding.observed[0].starts_with(REDACTED_PREFIX), hidden, "{key}");
        }
    }
}
