//! Who calls, from where, with which credentials; and the calls made that way.

use super::company::{Account, Habit, Kind, Place, Principal};
use super::moment::Moment;
use super::operations::Operation;
use super::random::Random;

#[derive(Debug, Clone, Copy)]
pub(super) enum Caller {
    Principal(&'static Principal),
    Root,
    /// An AWS service under its own name: no ARN, no policies.
    Service(&'static str),
}

#[derive(Debug, Clone)]
pub(super) enum Network {
    Internet(String),
    /// Through an account's interface endpoint: a private address, and the endpoint in the record.
    Endpoint {
        address: String,
        account: &'static Account,
    },
    /// A service calls with the caller's credentials; its name stands where the address would.
    Service(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) caller: Caller,
    pub(super) place: &'static Place,
    pub(super) name: String,
    pub(super) access_key: String,
    pub(super) started: Moment,
    pub(super) agent: String,
    pub(super) network: Network,
    pub(super) random: Random,
}

/// What AWS answered.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Succeeded,
    Refused(Refusal),
    Failed { code: &'static str, message: &'static str },
}

#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) because: Because,
    /// Whether the record keeps the parameters; about half of the real ones do not.
    pub(super) shows_parameters: bool,
}

/// Which layer refused, as the end of the message says it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Because {
    NoIdentityPolicy,
    NoBoundary,
    IdentityDeny,
    ServiceControlDeny,
    EndpointPolicy,
}

/// One API call on its way to become a record.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) session: Session,
    pub(super) at: Moment,
    pub(super) operation: Operation,
    pub(super) answer: Answer,
    pub(super) event_id: String,
    pub(super) request_id: String,
    /// Delivery is at least once; some records come again in the next day's file.
    pub(super) delivered_twice: bool,
}

impl Call {
    /// Whether its record keeps the parameters.
    pub(super) fn shows_parameters(&self) -> bool {
        match &self.answer {
            Answer::Refused(refusal) => refusal.shows_parameters,
            Answer::Succeeded | Answer::Failed { .. } => true,
        }
    }
}

/// The addresses that belong to the company's offices.
const OFFICES: [&str; 4] = ["192.0.2.14", "192.0.2.87", "203.0.113.21", "203.0.113.140"];

impl Session {
    /// A session of a principal, opened the usual way.
    pub(super) fn open(
        who: &'static Principal,
        place: &'static Place,
        started: Moment,
        mut random: Random,
    ) -> Self {
        let name = random.pick(who.sessions).to_owned();
        let access_key = match who.kind {
            Kind::Role => format!("ASIA{}", random.base32(16)),
            // A user's key stays the same for weeks.
            Kind::User => format!("AKIA{}", Random::stream(who.name).base32(16)),
        };
        let agent = agent(who.habit, &mut random);
        let network = usual_network(who, place, &mut random);
        let caller = Caller::Principal(who);
        Self { caller, place, name, access_key, started, agent, network, random }
    }

    /// A session without a principal of the company: root, or a service.
    pub(super) fn open_for(
        caller: Caller,
        place: &'static Place,
        started: Moment,
        mut random: Random,
    ) -> Self {
        let network = match caller {
            Caller::Service(service) => Network::Service(service),
            _ => Network::Internet(random.pick(&OFFICES).to_owned()),
        };
        let access_key = format!("ASIA{}", random.base32(16));
        let agent = agent(Habit::Browser, &mut random);
        Self { caller, place, name: String::new(), access_key, started, agent, network, random }
    }

    pub(super) fn at_address(mut self, address: &str) -> Self {
        self.network = Network::Internet(address.to_owned());
        self
    }

    /// Through the interface endpoint of an account.
    pub(super) fn through_endpoint_of(mut self, account: &'static Account) -> Self {
        self.network = endpoint(account, &mut self.random);
        self
    }

    /// Through SageMaker itself, as the steps of its pipelines run.
    pub(super) fn via_sagemaker(mut self) -> Self {
        self.network = Network::Service("sagemaker.amazonaws.com");
        self
    }

    pub(super) fn call(&mut self, at: Moment, operation: Operation) -> Call {
        Call {
            session: self.clone(),
            at,
            operation,
            answer: Answer::Succeeded,
            event_id: self.random.uuid(),
            request_id: self.random.uuid(),
            delivered_twice: false,
        }
    }
}

fn endpoint(account: &'static Account, random: &mut Random) -> Network {
    let (third, last) = (random.below(4), random.between(10, 60));
    Network::Endpoint { address: format!("{}.{third}.{last}", account.address), account }
}

/// The endpoints are in Europe; elsewhere calls come over the internet.
fn usual_network(who: &Principal, place: &'static Place, random: &mut Random) -> Network {
    let through_endpoint = match who.habit {
        Habit::Container => true,
        Habit::Browser => random.chance(80),
        Habit::Terminal => random.chance(25),
        Habit::Machine => false,
        Habit::ServiceLinked => return Network::Service("application-autoscaling.amazonaws.com"),
    };
    if through_endpoint && place.region == "eu-west-1" {
        endpoint(place.account, random)
    } else {
        Network::Internet(random.pick(&OFFICES).to_owned())
    }
}

fn agent(habit: Habit, random: &mut Random) -> String {
    let patch = random.pick(&["7", "21", "36"]);
    match habit {
        Habit::Terminal => format!(
            "aws-cli/2.17.{patch} md/awscrt#0.21.2 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9 cfg/retry-mode#standard"
        ),
        Habit::Container => format!(
            "Boto3/1.35.{patch} md/Botocore#1.35.{patch} ua/2.0 os/linux#5.10.220 md/arch#x86_64 lang/python#3.10.14 AWS-SageMaker-Python-SDK/2.232.0"
        ),
        Habit::Machine => {
            format!("Boto3/1.35.{patch} md/Botocore#1.35.{patch} ua/2.0 os/linux#6.1.0 lang/python#3.12.5")
        }
        Habit::Browser => {
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
                .to_owned()
        }
        Habit::ServiceLinked => "application-autoscaling.amazonaws.com".to_owned(),
    }
}

/// Somebody at work: a session, the time of day, and the calls made so far.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) session: Session,
    pub(super) clock: Moment,
    pub(super) calls: Vec<Call>,
}

impl Desk {
    pub(super) fn new(session: Session) -> Self {
        Self { clock: session.started, session, calls: Vec::new() }
    }

    pub(super) fn random(&mut self) -> &mut Random {
        &mut self.session.random
    }

    pub(super) fn wait(&mut self, low: u64, high: u64) {
        let seconds = self.session.random.between(low, high);
        self.clock = self.clock.after(seconds);
    }

    /// The next call, a little later. A few first attempts fail for reasons policies have no say in.
    pub(super) fn call(&mut self, operation: Operation) {
        self.wait(4, 70);
        if self.session.random.chance(2) {
            let mut failed = self.session.call(self.clock, operation.clone());
            failed.answer = mishap(&operation, &mut self.session.random);
            self.calls.push(failed);
            self.wait(5, 40);
        }
        let call = self.session.call(self.clock, operation);
        self.calls.push(call);
    }

    /// The same question again and again, as the SDKs wait for a job to end.
    pub(super) fn poll(&mut self, operation: &Operation, most: u64) {
        let times = self.session.random.between(1, most);
        for _ in 0..times {
            self.wait(30, 300);
            let call = self.session.call(self.clock, operation.clone());
            self.calls.push(call);
        }
    }
}

fn mishap(operation: &Operation, random: &mut Random) -> Answer {
    let throttled = Answer::Failed { code: "ThrottlingException", message: "Rate exceeded" };
    if operation.is_read() || random.chance(40) {
        throttled
    } else if operation.name.starts_with("Create") && random.chance(50) {
        Answer::Failed {
            code: "ResourceLimitExceeded",
            message: "The account-level service limit for this resource has been reached. Please use AWS Service Quotas to request an increase for this quota.",
        }
    } else {
        Answer::Failed {
            code: "ValidationException",
            message: "1 validation error detected: a parameter does not satisfy its constraint",
        }
    }
}
