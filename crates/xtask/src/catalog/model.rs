//! The API models of botocore: what each operation takes and gives.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

/// One API model, such as `sagemaker` or `sagemaker-runtime`.
#[derive(Deserialize)]
pub(super) struct Model {
    metadata: Metadata,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    endpoint_prefix: String,
    signing_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Operation {
    pub(super) input: Option<ShapeRef>,
    pub(super) output: Option<ShapeRef>,
}

#[derive(Deserialize)]
pub(super) struct ShapeRef {
    pub(super) shape: String,
}

#[derive(Deserialize)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Of a structure.
    #[serde(default)]
    pub(super) members: Members,
    #[serde(default)]
    pub(super) required: Vec<String>,
    /// Of a list.
    pub(super) member: Option<ShapeRef>,
    /// Of a map.
    pub(super) value: Option<ShapeRef>,
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<String>,
    pub(super) pattern: Option<String>,
}

/// The members of a structure in the model's order, which is that of the documentation.
#[derive(Default)]
pub(super) struct Members(pub(super) Vec<(String, ShapeRef)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the members of a structure")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A value that has no parts, somewhere below an operation's input.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'m> {
    /// In the notation of the catalog's paths, spelled as CloudTrail does.
    pub(super) path: String,
    pub(super) kind: &'m str,
}

/// A member of an operation's input or output.
pub(super) struct Member<'m> {
    /// Spelled as CloudTrail does.
    pub(super) name: String,
    shape_name: &'m str,
    shape: &'m Shape,
}

impl Member<'_> {
    /// Whether its value may be a full ARN, by the shape's name or the pattern of its values.
    pub(super) fn may_be_arn(&self) -> bool {
        let has = |text: &str| text.to_lowercase().contains("arn");
        has(self.shape_name) || self.shape.pattern.as_deref().is_some_and(has)
    }
}

impl Model {
    pub(super) fn endpoint_prefix(&self) -> &str {
        &self.metadata.endpoint_prefix
    }

    /// The IAM prefix that its calls are signed for.
    pub(super) fn signing_name(&self) -> &str {
        self.metadata.signing_name.as_deref().unwrap_or(&self.metadata.endpoint_prefix)
    }

    fn leaves<'m>(&'m self, operation: &'m Operation) -> Vec<Leaf<'m>> {
        let mut leaves = Vec::new();
        if let Some(input) = &operation.input {
            self.collect(&input.shape, String::new(), &mut Vec::new(), &mut leaves);
        }
        leaves
    }

    /// A structure inside itself is not entered again: no condition key lies that deep.
    fn collect<'m>(
        &'m self,
        name: &'m str,
        path: String,
        above: &mut Vec<&'m str>,
        leaves: &mut Vec<Leaf<'m>>,
    ) {
        let Some(shape) = self.shapes.get(name) else { return };
        match (shape.kind.as_str(), &shape.member, &shape.value) {
            ("structure", _, _) if above.contains(&name) => {}
            ("structure", _, _) => {
                above.push(name);
                for (member, of) in &shape.members.0 {
                    let dot = if path.is_empty() { "" } else { "." };
                    let below = format!("{path}{dot}{}", cloudtrail_name(member));
                    self.collect(&of.shape, below, above, leaves);
                }
                above.pop();
            }
            ("list", Some(of), _) => self.collect(&of.shape, format!("{path}[]"), above, leaves),
            ("map", _, Some(of)) => self.collect(&of.shape, format!("{path}{{}}"), above, leaves),
            (kind, _, _) => leaves.push(Leaf { path, kind }),
        }
    }

    fn members(&self, of: Option<&ShapeRef>) -> Vec<Member<'_>> {
        let shape = of.and_then(|of| self.shapes.get(&of.shape));
        let members = shape.into_iter().flat_map(|shape| &shape.members.0);
        let known = members.filter_map(|(name, of)| {
            let (shape_name, shape) = self.shapes.get_key_value(&of.shape)?;
            Some(Member { name: cloudtrail_name(name), shape_name, shape })
        });
        known.collect()
    }
}

/// CloudTrail lower-cases the first letter of a member, and nothing else.
pub(super) fn cloudtrail_name(member: &str) -> String {
    let mut letters = member.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The models whose calls are signed for `sagemaker`, by name.
pub(super) struct Models(pub(super) BTreeMap<String, Model>);

impl Models {
    pub(super) fn read(package: &Path) -> Result<Self, Box<dyn Error>> {
        let data = package.join("botocore").join("data");
        let mut models = BTreeMap::new();
        for name in super::file_names(&data)? {
            if name.starts_with("sagemaker") {
                let model =
                    read_model(&data.join(&name)).map_err(|why| format!("{name}: {why}"))?;
                models.insert(name, model);
            }
        }
        models.retain(|_, model: &mut Model| model.signing_name() == super::iam_data::SAGEMAKER);
        Ok(Self(models))
    }

    /// The operation of that name; no two models share one.
    fn operation(&self, name: &str) -> Option<(&Model, &Operation)> {
        self.0.values().find_map(|model| Some((model, model.operations.get(name)?)))
    }

    /// All values below the input of an operation, in the model's order.
    pub(super) fn leaves(&self, operation: &str) -> Vec<Leaf<'_>> {
        let found = self.operation(operation);
        found.map(|(model, operation)| model.leaves(operation)).unwrap_or_default()
    }

    /// The members that an operation takes.
    pub(super) fn inputs(&self, operation: &str) -> Vec<Member<'_>> {
        let found = self.operation(operation);
        found.map(|(model, known)| model.members(known.input.as_ref())).unwrap_or_default()
    }

    /// The members that an operation gives back.
    pub(super) fn outputs(&self, operation: &str) -> Vec<Member<'_>> {
        let found = self.operation(operation);
        found.map(|(model, known)| model.members(known.output.as_ref())).unwrap_or_default()
    }
}

/// A model has a folder per version of the API; the newest counts.
fn read_model(folder: &Path) -> Result<Model, Box<dyn Error>> {
    let version = super::file_names(folder)?.pop().ok_or("no version")?;
    let path: PathBuf = folder.join(version).join("service-2.json.gz");
    let file = fs::File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}
