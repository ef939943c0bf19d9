//! A call as CloudTrail records it: members, their order and their quirks as in real log files.

use super::company::{Habit, Kind, MANAGEMENT_ACCOUNT, Principal};
use super::json::{Json, object};
use super::operations::{Access, METRICS, SAGEMAKER};
use super::random::Random;
use super::session::{Answer, Because, Call, Caller, Network, Refusal, Session};

/// The record of an API call.
pub(super) fn record(call: &Call) -> Json {
    let session = &call.session;
    let operation = &call.operation;
    let head = object! {
        "eventVersion": version(session),
        "userIdentity": identity(session),
        "eventTime": call.at.to_string(),
        "eventSource": operation.source,
        "eventName": operation.name,
        "awsRegion": session.place.region,
        "sourceIPAddress": address(session),
        "userAgent": user_agent(session),
    };
    let is_data = matches!(operation.access, Access::Data { .. });
    let body = with_answer(head, call)
        .with("requestID", Some(call.request_id.clone()))
        .with("eventID", Some(call.event_id.clone()))
        .with("readOnly", Some(operation.is_read()))
        .with("resources", resources(call))
        .with("eventType", Some("AwsApiCall"))
        .with("managementEvent", Some(!is_data))
        .with("recipientAccountId", Some(session.place.account.id));
    let body = with_endpoint(body, session);
    with_transport(
        body.with("eventCategory", Some(if is_data { "Data" } else { "Management" })),
        call,
    )
}

/// Mostly the newest version of the format, as after any change AWS rolls out.
fn version(session: &Session) -> &'static str {
    let mut random = Random::stream(&session.access_key);
    random.pick(&["1.11", "1.11", "1.11", "1.10", "1.09", "1.08"])
}

fn address(session: &Session) -> String {
    match &session.network {
        Network::Internet(address) | Network::Endpoint { address, .. } => address.clone(),
        Network::Service(service) => (*service).to_owned(),
    }
}

fn user_agent(session: &Session) -> &str {
    match &session.network {
        Network::Service(service) => service,
        _ => &session.agent,
    }
}

fn with_answer(record: Json, call: &Call) -> Json {
    let shown = call.shows_parameters().then(|| call.operation.parameters.clone());
    let (error, parameters, response) = match &call.answer {
        Answer::Succeeded => (None, shown, call.operation.response.clone()),
        Answer::Failed { code, message } => {
            (Some((*code, (*message).to_owned())), shown, Json::Null)
        }
        Answer::Refused(refusal) => {
            let error = Some(("AccessDenied", message(refusal, &call.session)));
            (error, shown, Json::Null)
        }
    };
    let (code, message) = error.unzip();
    record
        .with("errorCode", code)
        .with("errorMessage", message)
        .with("requestParameters", Some(parameters))
        .with("responseElements", Some(response))
}

/// The sentence AWS refuses with.
fn message(refusal: &Refusal, session: &Session) -> String {
    let Refusal { action, resource, because, .. } = refusal;
    let who = session_arn(session);
    let end = match because {
        Because::NoIdentityPolicy => {
            format!("because no identity-based policy allows the {action} action")
        }
        Because::NoBoundary => {
            format!("because no permissions boundary allows the {action} action")
        }
        Because::IdentityDeny => "with an explicit deny in an identity-based policy".to_owned(),
        Because::ServiceControlDeny => format!(
            "with an explicit deny in a service control policy: arn:aws:organizations::{MANAGEMENT_ACCOUNT}:policy/o-quillmere1/service_control_policy/p-0q1m2r3e"
        ),
        Because::EndpointPolicy => {
            format!("because no VPC endpoint policy allows the {action} action")
        }
    };
    format!("User: {who} is not authorized to perform: {action} on resource: {resource} {end}")
}

fn resources(call: &Call) -> Option<Json> {
    let Access::Data { resource_type, arn } = &call.operation.access else { return None };
    let resource = object! {
        "accountId": call.session.place.account.id,
        "type": *resource_type,
        "ARN": arn.clone(),
    };
    Some(Json::List(vec![resource]))
}

fn with_endpoint(record: Json, session: &Session) -> Json {
    let Network::Endpoint { account, .. } = session.network else { return record };
    record
        .with("vpcEndpointId", Some(account.endpoint))
        .with("vpcEndpointAccountId", Some(account.id))
}

/// Calls that AWS makes for somebody carry no connection details.
fn with_transport(record: Json, call: &Call) -> Json {
    let session = &call.session;
    if matches!(session.network, Network::Service(_)) {
        return record;
    }
    let host = match call.operation.source {
        SAGEMAKER => "api.sagemaker",
        METRICS => "metrics.sagemaker",
        other => other.trim_end_matches(".amazonaws.com"),
    };
    let tls = object! {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": format!("{host}.{}.amazonaws.com", session.place.region),
    };
    let in_browser = session.agent.starts_with("Mozilla").then_some("true");
    record.with("tlsDetails", Some(tls)).with("sessionCredentialFromConsole", in_browser)
}

fn identity(session: &Session) -> Json {
    match session.caller {
        Caller::Principal(who) => match who.kind {
            Kind::Role => assumed_role(who, session),
            Kind::User => user(who, session),
        },
        Caller::Root => root(session),
        Caller::Service(service) => object! { "type": "AWSService", "invokedBy": service },
    }
}

fn session_arn(session: &Session) -> String {
    let account = session.place.account.id;
    match session.caller {
        Caller::Principal(who) if who.kind == Kind::Role => {
            format!("arn:aws:sts::{account}:assumed-role/{}/{}", who.name, session.name)
        }
        Caller::Principal(who) => who.arn(account),
        Caller::Root | Caller::Service(_) => format!("arn:aws:iam::{account}:root"),
    }
}

/// The unique id behind a principal's name: the same in every record.
fn unique_id(prefix: &str, arn: &str) -> String {
    format!("{prefix}{}", Random::stream(arn).base32(17))
}

fn assumed_role(who: &Principal, session: &Session) -> Json {
    let account = session.place.account.id;
    let arn = who.arn(account);
    let id = unique_id("AROA", &arn);
    let issuer = object! {
        "type": "Role",
        "principalId": id.clone(),
        "arn": arn,
        "accountId": account,
        "userName": who.name,
    };
    let attributes = object! {
        "creationDate": session.started.to_string(),
        "mfaAuthenticated": "false",
    };
    let context = object! { "sessionIssuer": issuer, "attributes": attributes }
        .with("sourceIdentity", source_identity(who, session));
    let identity = object! {
        "type": "AssumedRole",
        "principalId": format!("{id}:{}", session.name),
        "arn": session_arn(session),
        "accountId": account,
        "accessKeyId": session.access_key.clone(),
        "sessionContext": context,
    };
    let invoked_by = match session.network {
        Network::Service(service) => Some(service),
        _ => None,
    };
    identity.with("invokedBy", invoked_by).with("onBehalfOf", on_behalf_of(who, session))
}

/// Who of IAM Identity Center is behind a role it made.
fn on_behalf_of(who: &Principal, session: &Session) -> Option<Json> {
    who.path.starts_with("/aws-reserved/").then(|| {
        object! {
            "userId": Random::stream(&session.name).uuid(),
            "identityStoreArn":
                format!("arn:aws:identitystore::{MANAGEMENT_ACCOUNT}:identitystore/d-93670a1b2c"),
        }
    })
}

/// Studio can be set to say who is behind a session; here it is.
fn source_identity(who: &Principal, session: &Session) -> Option<String> {
    (who.habit == Habit::Browser).then(|| session.name.clone())
}

fn user(who: &Principal, session: &Session) -> Json {
    let account = session.place.account.id;
    let arn = who.arn(account);
    object! {
        "type": "IAMUser",
        "principalId": unique_id("AIDA", &arn),
        "arn": arn,
        "accountId": account,
        "accessKeyId": session.access_key.clone(),
        "userName": who.name,
    }
}

fn root(session: &Session) -> Json {
    let account = session.place.account.id;
    let attributes = object! {
        "creationDate": session.started.to_string(),
        "mfaAuthenticated": "true",
    };
    object! {
        "type": "Root",
        "principalId": account,
        "arn": format!("arn:aws:iam::{account}:root"),
        "accountId": account,
        "accessKeyId": session.access_key.clone(),
        "sessionContext": object! { "attributes": attributes },
    }
}
