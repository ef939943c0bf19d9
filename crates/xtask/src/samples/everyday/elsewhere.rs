//! What the trail holds besides: other services, sign-ins, and events that are no API calls. All
//! of it is out of scope.

use super::super::company::{
    CHURN, CONSULTANT, DEPLOYER, PIPELINES_EU, Place, Principal, RESEARCH_EU, RESEARCH_US,
    SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU, STUDIO, TRAINING_CONTAINER,
};
use super::super::json::{Json, object};
use super::super::moment::{DAYS, Moment, is_weekend};
use super::super::operations::{Access, Operation, SAGEMAKER, list};
use super::super::random::Random;
use super::super::session::{Answer, Caller, Session};
use super::super::trail::Delivery;

/// Records that say nothing about what SageMaker policies allow.
pub(in super::super) fn out_of_scope() -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for day in DAYS {
        for (place, most) in
            [(&RESEARCH_EU, 42), (&RESEARCH_US, 8), (&PIPELINES_EU, 34), (&SERVING_EU, 18)]
                as [(&'static Place, u64); 4]
        {
            let most = if is_weekend(day) { most / 2 } else { most };
            deliveries.extend((0..most).map(|turn| other_service(place, day, turn)));
        }
        if day % 4 == 1 {
            deliveries.extend(no_api_call(day));
        }
    }
    deliveries
}

fn other_service(place: &'static Place, day: u64, turn: u64) -> Delivery {
    let label = format!("elsewhere {} {} {day} {turn}", place.account.id, place.region);
    let mut random = Random::stream(&label);
    let at = Moment::new(day, random.between(2, 22), random.below(60)).after(random.below(60));
    let mut session = session(place, at, &mut random);
    let operation = operation(place, &mut random);
    Delivery::of(&session.call(at, operation))
}

fn session(place: &'static Place, at: Moment, random: &mut Random) -> Session {
    if random.chance(8) {
        let caller = Caller::Service("sagemaker.amazonaws.com");
        return Session::open_for(caller, place, at, random.clone());
    }
    let callers: &[&'static Principal] = match place.account.id {
        "111122223333" => {
            &[&SCIENTIST_NLP, &SCIENTIST_VISION, &STUDIO, &TRAINING_CONTAINER, &CONSULTANT]
        }
        "444455556666" => &[&CHURN, &TRAINING_CONTAINER],
        _ => &[&DEPLOYER],
    };
    let index = usize::try_from(random.below(5)).unwrap_or_default();
    let who = callers.iter().cycle().nth(index).copied().unwrap_or(&DEPLOYER);
    Session::open(who, place, at.before(random.between(60, 3000)), random.clone())
}

fn operation(place: &Place, random: &mut Random) -> Operation {
    let (source, name, parameters) = match random.below(11) {
        0 | 1 => ("kms.amazonaws.com", "Decrypt", encryption_context(place)),
        2 => (
            "kms.amazonaws.com",
            "GenerateDataKey",
            object! { "keyId": place.key(), "keySpec": "AES_256" },
        ),
        3 => (
            "s3.amazonaws.com",
            "GetBucketLocation",
            object! { "bucketName": place.bucket("datasets") },
        ),
        4 => ("ecr.amazonaws.com", "BatchGetImage", repository(place)),
        5 => ("ecr.amazonaws.com", "GetAuthorizationToken", Json::Null),
        6 => ("logs.amazonaws.com", "GetLogEvents", log_group()),
        7 => ("monitoring.amazonaws.com", "GetMetricData", Json::Null),
        8 => ("ec2.amazonaws.com", "DescribeSubnets", subnet_set(place)),
        9 => ("sts.amazonaws.com", "GetCallerIdentity", Json::Null),
        _ => ("logs.amazonaws.com", "CreateLogStream", log_group()),
    };
    let access = if name.starts_with("Create") { Access::Write } else { Access::Read };
    Operation { source, name, access, parameters, response: Json::Null, resource: "*".to_owned() }
}

fn encryption_context(place: &Place) -> Json {
    let bucket = format!("arn:aws:s3:::{}", place.bucket("datasets"));
    object! {
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": object! { "aws:s3:arn": bucket },
    }
}

fn repository(place: &Place) -> Json {
    object! { "registryId": place.account.id, "repositoryName": "ml/train" }
}

fn log_group() -> Json {
    object! { "logGroupName": "/aws/sagemaker/TrainingJobs" }
}

fn subnet_set(place: &Place) -> Json {
    let items = place.subnets.map(|subnet| object! { "subnetId": subnet });
    object! { "subnetSet": object! { "items": items.to_vec() } }
}

/// Of a SageMaker flavour, but no API call: nothing was authorised, or nothing by IAM.
fn no_api_call(day: u64) -> Vec<Delivery> {
    let at = Moment::new(day, 11, 20);
    let label = |kind: &str| format!("{kind} {day}");
    vec![
        tuning_child(at, Random::stream(&label("tuning child"))),
        endpoint_refusal(at.after(900), Random::stream(&label("endpoint refusal"))),
        sign_in(at.after(1800), Random::stream(&label("sign in"))),
    ]
}

fn ids(record: Json, random: &mut Random) -> Json {
    record.with("requestID", Some(random.uuid())).with("eventID", Some(random.uuid()))
}

/// The children of a tuning job are started by the service, without a caller.
fn tuning_child(at: Moment, mut random: Random) -> Delivery {
    let place = &RESEARCH_EU;
    let account = place.account.id;
    let record = object! {
        "eventVersion": "1.11",
        "userIdentity": object! { "accountId": account, "invokedBy": "sagemaker.amazonaws.com" },
        "eventTime": at.to_string(),
        "eventSource": SAGEMAKER,
        "eventName": "CreateTrainingJob",
        "awsRegion": place.region,
        "sourceIPAddress": "sagemaker.amazonaws.com",
        "userAgent": "sagemaker.amazonaws.com",
        "requestParameters": Json::Null,
        "responseElements": Json::Null,
    };
    let record = ids(record, &mut random)
        .with("readOnly", Some(false))
        .with("eventType", Some("AwsServiceEvent"))
        .with("managementEvent", Some(true))
        .with("recipientAccountId", Some(account))
        .with("eventCategory", Some("Management"));
    Delivery { account, region: place.region, at, record, delivered_twice: false }
}

/// An endpoint's own policy turned a call away: a network activity event, not an API call.
fn endpoint_refusal(at: Moment, random: Random) -> Delivery {
    let place = &RESEARCH_EU;
    let mut session =
        Session::open(&STUDIO, place, at.before(1200), random).through_endpoint_of(place.account);
    let operation = list("ListTrainingJobs", Json::Null);
    let mut call = session.call(at, operation);
    call.answer = Answer::Failed {
        code: "VpceAccessDenied",
        message: "The request was denied due to a VPC endpoint policy",
    };
    let mut delivery = Delivery::of(&call);
    delivery.record = delivery
        .record
        .replace("eventType", "AwsVpceEvent")
        .replace("eventCategory", "NetworkActivity")
        .replace("managementEvent", false);
    delivery
}

fn sign_in(at: Moment, random: Random) -> Delivery {
    let place = &RESEARCH_US;
    let session = Session::open(&STUDIO, place, at.before(30), random);
    let mut session = session.at_address("192.0.2.14");
    let operation = Operation {
        source: "signin.amazonaws.com",
        name: "ConsoleLogin",
        access: Access::Write,
        parameters: Json::Null,
        response: object! { "ConsoleLogin": "Success" },
        resource: "*".to_owned(),
    };
    let details = object! {
        "LoginTo": "https://console.aws.amazon.com/sagemaker/home",
        "MobileVersion": "No",
        "MFAUsed": "Yes",
    };
    let mut delivery = Delivery::of(&session.call(at, operation));
    delivery.record = delivery
        .record
        .replace("eventType", "AwsConsoleSignIn")
        .with("additionalEventData", Some(details));
    delivery
}
