//! Row 36 of the catalogue: every kind of principal has its fixture.

use super::record;
use crate::{IdentityType, Limits, UserIdentity, parse_record};

fn with_identity(identity: &str, look: impl FnOnce(&UserIdentity<'_>)) {
    let text = record(&[("userIdentity", identity)]);
    look(&parse_record(text.as_bytes(), &Limits::default()).unwrap().user_identity);
}

#[test]
fn every_kind_is_told() {
    for (identity, kind) in [
        (r#"{"type":"AssumedRole"}"#, IdentityType::AssumedRole),
        (r#"{"type":"IAMUser"}"#, IdentityType::IAMUser),
        (r#"{"type":"Root"}"#, IdentityType::Root),
        (r#"{"type":"FederatedUser"}"#, IdentityType::FederatedUser),
        (r#"{"type":"AWSService"}"#, IdentityType::AWSService),
        (r#"{"type":"AWSAccount"}"#, IdentityType::AWSAccount),
        (r#"{"type":"SAMLUser"}"#, IdentityType::SAMLUser),
        (r#"{"type":"WebIdentityUser"}"#, IdentityType::WebIdentityUser),
        (r#"{"type":"Role"}"#, IdentityType::Role),
        (r#"{"type":"IdentityCenterUser"}"#, IdentityType::IdentityCenterUser),
        (r#"{"type":"Directory"}"#, IdentityType::Directory),
        (r#"{"type":"Unknown"}"#, IdentityType::Unknown),
        (r#"{"type":"\u0052oot"}"#, IdentityType::Root),
        (r#"{"type":"Robot"}"#, IdentityType::Other("Robot".into())),
        (r#"{"type":null}"#, IdentityType::Missing),
        (r#"{"type":""}"#, IdentityType::Missing),
        ("{}", IdentityType::Missing),
        ("null", IdentityType::Missing),
        ("", IdentityType::Missing),
        ("[\"Root\"]", IdentityType::Missing),
        ("\"HIDDEN_DUE_TO_SECURITY_REASONS\"", IdentityType::Missing),
    ] {
        with_identity(identity, |found| assert_eq!(found.kind, kind, "{identity}"));
    }
}

#[test]
fn a_role_is_its_issuer_with_the_path() {
    let identity = r#"{"type":"AssumedRole","principalId":"AROA:s","accountId":"111122223333",
        "arn":"arn:aws:sts::111122223333:assumed-role/r/s","accessKeyId":"ASIA",
        "invokedBy":"cloudformation.amazonaws.com",
        "onBehalfOf":{"userId":"u","identityStoreArn":"arn:aws:identitystore::1:identitystore/d"},
        "sessionContext":{"sourceIdentity":"ada","ec2RoleDelivery":"2.0","assumedRoot":"true",
            "sessionIssuer":{"type":"Role","principalId":"AROA","accountId":"111122223333",
                "arn":"arn:aws:iam::111122223333:role\/service-role\/r","userName":"r"},
            "webIdFederationData":{"federatedProvider":"accounts.google.com","attributes":{}},
            "attributes":{"creationDate":"2026-06-01T11:00:00Z","mfaAuthenticated":"false"}}}"#;
    with_identity(identity, |found| {
        assert_eq!(found.invoked_by.as_deref(), Some("cloudformation.amazonaws.com"));
        assert_eq!(found.on_behalf_of_user_id.as_deref(), Some("u"));
        let session = found.session_context.as_ref().unwrap();
        assert_eq!(session.source_identity.as_deref(), Some("ada"));
        assert_eq!(session.web_id_federated_provider.as_deref(), Some("accounts.google.com"));
        assert_eq!(session.creation_date.unwrap().to_rfc3339(), "2026-06-01T11:00:00+00:00");
        assert_eq!(session.mfa_authenticated, Some(false));
        assert_eq!(session.assumed_root, Some(true));
        let issuer = session.session_issuer.as_ref().unwrap();
        assert_eq!(issuer.kind, IdentityType::Role);
        assert_eq!(issuer.arn, "arn:aws:iam::111122223333:role/service-role/r");
    });
}

#[test]
fn an_issuer_without_an_arn_is_none() {
    let session = |issuer: &str| {
        format!(
            r#"{{"type":"IAMUser","sessionContext":{{"sessionIssuer":{issuer},
            "attributes":{{"creationDate":17,"mfaAuthenticated":true}}}}}}"#
        )
    };
    for issuer in ["{}", "null", "[]", r#"{"arn":""}"#, r#"{"userName":"r"}"#, "\"HIDDEN\""] {
        with_identity(&session(issuer), |found| {
            let session = found.session_context.as_ref().unwrap();
            assert_eq!(session.session_issuer, None, "{issuer}");
            assert_eq!((session.creation_date, session.mfa_authenticated), (None, Some(true)));
        });
    }
    with_identity(r#"{"sessionContext":null}"#, |found| assert_eq!(found.session_context, None));
}
