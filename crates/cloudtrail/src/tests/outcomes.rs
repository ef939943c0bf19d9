//! What AWS answered, from codes and messages as they occur.

use super::record;
use crate::{Limits, Outcome, parse_record};

fn outcome(code: &str, message: &str) -> Outcome {
    let quoted = |text: &str| if text.is_empty() { String::new() } else { format!("\"{text}\"") };
    let text = record(&[("errorCode", &quoted(code)), ("errorMessage", &quoted(message))]);
    parse_record(text.as_bytes(), &Limits::default()).unwrap().outcome()
}

#[test]
fn refusals_go_by_many_names() {
    for code in [
        "AccessDenied",
        "AccessDeniedException",
        "accessdeniedexception",
        "Client.UnauthorizedOperation",
        "UnauthorizedOperation",
        "UnauthorizedException",
        "VpceAccessDenied",
        "NotAuthorized",
        "NotAuthorizedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "OperationNotPermitted",
        "OperationNotPermittedException",
        "KMS.AccessDeniedException",
        "KMSAccessDenied",
        "KMSAccessDeniedFault",
    ] {
        assert_eq!(outcome(code, ""), Outcome::Denied, "{code}");
    }
}

#[test]
fn other_errors_are_failures() {
    for code in [
        "ThrottlingException",
        "ResourceLimitExceeded",
        "ValidationException",
        "NoSuchBucket",
        "Client.InvalidVpcID.NotFound",
        "Client.DryRunOperation",
        "InvalidClientTokenId",
        "AuthorizationHeaderMalformed",
    ] {
        assert_eq!(outcome(code, ""), Outcome::Failed, "{code}");
    }
}

#[test]
fn the_message_speaks_where_the_code_is_silent() {
    let refusal = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:X";
    for (code, message, wanted) in [
        ("", "", Outcome::Succeeded),
        ("", refusal, Outcome::Denied),
        ("InternalFailure", refusal, Outcome::Denied),
        ("", "Access Denied", Outcome::Denied),
        ("", "Cross-account pass role is not allowed.", Outcome::Denied),
        ("", "The request was denied due to a VPC endpoint policy", Outcome::Denied),
        ("", "Failed authentication", Outcome::Failed),
        ("ValidationException", "The role is not authorized to perform: s3:X", Outcome::Failed),
        ("ThrottlingException", refusal, Outcome::Failed),
    ] {
        assert_eq!(outcome(code, message), wanted, "{code} {message}");
    }
}
