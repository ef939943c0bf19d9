//! `driftline lint`: every lint where it applies and where it does not, the texts of AWS's guides,
//! AWS's managed policies, and what the command prints.

use std::collections::BTreeSet;
use std::fs;

use iam_policy::Vocabulary;
use iam_policy::lint::{Lint, MAX_TEXT, PolicyKind, RULES, Severity, lint};
use serde_json::Value;

use crate::driftline::{driftline, driftline_with_input, root, shared};
use crate::large_policies::{SHAPES, text as large};

/// A lint, a text that has it and one that has not. A text is a whole document if it holds
/// `Statement` or is bare; `S:` puts a policy around the statements behind it.
struct Case {
    code: &'static str,
    kind: Option<PolicyKind>,
    has: &'static str,
    has_not: &'static str,
}

const fn case(code: &'static str, has: &'static str, has_not: &'static str) -> Case {
    Case { code, kind: None, has, has_not }
}

const fn of(
    kind: PolicyKind,
    code: &'static str,
    has: &'static str,
    has_not: &'static str,
) -> Case {
    Case { code, kind: Some(kind), has, has_not }
}

const CASES: &[Case] = &[
    case("DRF501", "[", "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}"),
    case(
        "DRF501",
        "{'Statement':[{'Effect':'Allow','Action':'s3:*','Resource':'*',}]}",
        "S:{'Effect':'Deny','NotAction':'s3:*','Resource':'*'}",
    ),
    case(
        "DRF501",
        "S:{'Effect':'allow','Action':'s3:Get*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':['s3:Get*'],'Resource':['*']}",
    ),
    case(
        "DRF501",
        "S:{'Effect':'Allow','Actions':'s3:Get*','Resource':'*'}",
        "S:{'Sid':'','Effect':'Allow','Action':'s3:Get*','Resource':'*'}",
    ),
    case(
        "DRF501",
        "S:{'Effect':'Allow','Action':'GetObject','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'*','Resource':'*'}",
    ),
    of(
        PolicyKind::Trust,
        "DRF501",
        "S:{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Resource':'*'}",
        "S:{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'}",
    ),
    of(
        PolicyKind::Identity,
        "DRF501",
        "S:{'Effect':'Allow','Principal':'*','Action':'s3:Get*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'s3:Get*','Resource':'*'}",
    ),
    of(
        PolicyKind::Rcp,
        "DRF501",
        "S:{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*'}",
        "S:{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*'}",
    ),
    of(
        PolicyKind::Rcp,
        "DRF501",
        "S:{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}",
        "S:{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}",
    ),
    case(
        "DRF502",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'s3:prefix':'a','s3:prefix':'b'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'s3:prefix':['a','b']}}}",
    ),
    case(
        "DRF503",
        "{“Effect”:“Allow”,“Action”:“s3:GetObject”,“Resource”:“*”}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF504",
        "{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF505",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'String':{'s3:prefix':'a'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'ForAnyValue:stringequalsIfExists':{'aws:TagKeys':'a'}}}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:REGION:111122223333:a'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::region/account-id'}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::<bucket>/*'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::${aws:username}/*'}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalAccount':'{{account}}'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalAccount':'111122223333'}}}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'sagemaker:DescribeModel','Resource':'arn:aws:sagemaker:*:*:model/modelName'}",
        "S:{'Effect':'Allow','Action':'sagemaker:DescribeModel','Resource':'arn:aws:sagemaker:*:*:model/churnName'}",
    ),
    case(
        "DRF507",
        "{'Statement':[{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}]}",
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}]}",
    ),
    case(
        "DRF507",
        "{'Version':'2008-10-17','Statement':[{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}]}",
        "{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF507",
        "{'Version':'2013-10-17','Statement':[{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}]}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF509",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'StringLike':{'sagemaker:InstanceType':'ml.t3.*'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringLike':{'s3:NoSuchKey':'a','aws:NoSuchKey':'b','SAGEMAKER:instancetypes':'c'}}}",
    ),
    case(
        "DRF510",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateFlowDefiniton','Resource':'*'}",
        "S:{'Effect':'Allow','Action':['sagemaker:createmodel','s3:NoSuchAction'],'Resource':'*'}",
    ),
    case(
        "DRF510",
        "S:{'Effect':'Allow','Action':'sagemaker:UpdateRecord','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'sagemaker:PutRecord','Resource':'*'}",
    ),
    case(
        "DRF510",
        "S:{'Effect':'Deny','NotAction':'sagemaker-runtime:InvokeEndpoint','Resource':'*'}",
        "S:{'Effect':'Deny','NotAction':'sagemaker:InvokeEndpoint','Resource':'*'}",
    ),
    case(
        "DRF511",
        "S:{'Effect':'Allow','Action':'sagemaker:*EnvironmentVersion','Resource':'*'}",
        "S:{'Effect':'Allow','Action':['sagemaker:*model','s3:NoSuch*'],'Resource':'*'}",
    ),
    case(
        "DRF512",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ArnLike':{'sagemaker:volumekmskey':'*'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ArnLike':{'sagemaker:VolumeKmsKeyArn':'*'}}}",
    ),
    case(
        "DRF513",
        "S:{'Effect':'Allow','Action':['sagemaker:CreateTrainingJob','sagemaker:DeleteModel'],'Resource':'*','Condition':{'ArnLike':{'sagemaker:VolumeKmsKeyArn':'*'}}}",
        "S:{'Effect':'Allow','Action':['sagemaker:CreateTrainingJob','sagemaker:DeleteModel'],'Resource':'*','Condition':{'ArnLikeIfExists':{'sagemaker:VolumeKmsKeyArn':'*'}}}",
    ),
    case(
        "DRF513",
        "S:{'Effect':'Deny','Action':'sagemaker:Create*','Resource':'*','Condition':{'Bool':{'sagemaker:NetworkIsolation':'false'},'StringNotEquals':{'sagemaker:RootAccess':'Disabled'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:Create*','Resource':'*','Condition':{'StringEquals':{'sagemaker:RootAccess':'Enabled'}}}",
    ),
    case(
        "DRF513",
        "S:{'Effect':'Allow','Action':'sagemaker:Delete*','Resource':'*','Condition':{'StringEquals':{'sagemaker:RootAccess':'Enabled'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:Delete*','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalArn':'a','sagemaker:UserProfileName':'b'}}}",
    ),
    case(
        "DRF513",
        "S:{'Effect':'Allow','Action':['sagemaker:CreateModel','iam:PassRole'],'Resource':'*','Condition':{'StringEquals':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
    ),
    case(
        "DRF514",
        "S:{'Effect':'Deny','Action':'sagemaker:Create*','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'a'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'a'}}}",
    ),
    // What exists has tags, though the call creates something beside it.
    case(
        "DRF514",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateEndpoint','Resource':'arn:aws:sagemaker:*:*:endpoint/*','Condition':{'StringNotEquals':{'aws:ResourceTag/team':'a'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateEndpoint','Resource':'arn:aws:sagemaker:*:*:endpoint-config/*','Condition':{'StringNotEquals':{'aws:ResourceTag/team':'a'}}}",
    ),
    case(
        "DRF514",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'StringEquals':{'sagemaker:ResourceTag/team':'a'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'StringEquals':{'aws:RequestTag/team':'a'}}}",
    ),
    case(
        "DRF515",
        "S:{'Effect':'Allow','Action':'sagemaker:ListTags','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'a'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:DescribeModel','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'a'}}}",
    ),
    case(
        "DRF516",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'StringEquals':{'aws:TagKeys':'a'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'aws:TagKeys':'a'},'Null':{'sagemaker:VpcSubnets':'false'}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ForAllValues:StringLike':{'sagemaker:InstanceTypes':'ml.c5.*'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ForAllValues:StringLike':{'sagemaker:InstanceTypes':'ml.c5.*'},'Null':{'sagemaker:InstanceTypes':false}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'aws:TagKeys':'a'}}}",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'aws:TagKeys':'a'},'StringEquals':{'aws:RequestTag/a':'b'}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','Action':'s3:Tag','Resource':'*','Condition':{'Null':{'s3:other':true}}}",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','Action':'s3:Tag','Resource':'*','Condition':{'Null':{'s3:K':true}}}",
    ),
    case(
        "DRF518",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAnyValue:StringLike':{'sagemaker:InstanceTypes':['ml.t3.*','ml.m5.*']}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'aws:TagKeys':'team'},'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':['o-a/*','o-b/*']}}}",
    ),
    case(
        "DRF519",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAllValues:StringNotLike':{'sagemaker:InstanceTypes':'ml.t3.*'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAnyValue:StringNotLike':{'sagemaker:InstanceTypes':'ml.t3.*'}}}",
    ),
    case(
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:Pass*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
    ),
    of(
        PolicyKind::Identity,
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'},{'Effect':'Deny','Action':'iam:PassRole','Resource':'*','Condition':{'StringNotEquals':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
    ),
    case(
        "DRF521",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*'}",
        "S:{'Effect':'Allow','Action':['sagemaker:CreateModel','sagemaker:Add*'],'Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','Action':'iam:*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':['iam:Get*','sagemaker:*'],'Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','NotAction':'s3:*','Resource':'*'}",
        "S:{'Effect':'Allow','NotAction':'iam:*','Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','Action':'*','Resource':'*'}",
        "S:{'Effect':'Deny','Action':'*','Resource':'*'}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'Null':{'aws:RequestTag/a':'true'},'StringEquals':{'aws:RequestTag/a':'b'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'Null':{'aws:RequestTag/a':'true'},'StringEqualsIfExists':{'aws:RequestTag/a':'b'}}}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/a':'b'},'StringLike':{'aws:principaltag/a':'c*'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/a':'cd'},'StringLike':{'aws:principaltag/a':'c*'}}}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Allow','Action':'sagemaker:DescribeModel','Resource':'arn:aws:sagemaker:*:*:endpoint/*'}",
        "S:{'Effect':'Allow','Action':'sagemaker:DescribeModel','Resource':'arn:aws:sagemaker:*:${aws:PrincipalAccount}:model/a'}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Deny','Action':'sagemaker:ListModels','Resource':'arn:aws:sagemaker:*:*:endpoint/*'}",
        "S:{'Effect':'Deny','Action':'sagemaker:ListModels','Resource':'*'}",
    ),
    case(
        "DRF524",
        "S:{'Effect':'Allow','Action':['s3:Get*','s3:GetObject'],'Resource':'*'}",
        "S:{'Effect':'Allow','Action':['s3:Get*','s3:PutObject'],'Resource':'*'}",
    ),
    case(
        "DRF524",
        "S:{'Effect':'Allow','Action':'s3:*','Resource':'*'},{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::a/*'}",
        "S:{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'}}},{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::a/*'}",
    ),
    of(
        PolicyKind::Scp,
        "DRF525",
        "S:{'Effect':'Deny','Action':'s3:*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'*','Resource':'*'}",
    ),
    of(
        PolicyKind::Rcp,
        "DRF526",
        "S:{'Effect':'Deny','Principal':'*','Action':'sagemaker:*','Resource':'*'}",
        "S:{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}",
    ),
    case(
        "DRF527",
        "S:{'Effect':'Allow','Action':'sagemaker:*','Resource':'*'},{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'StringEquals':{'sagemaker:ResourceTag/a':'b'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:*','Resource':'*'},{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'StringEquals':{'sagemaker:ResourceTag/a':'b'}}},{'Effect':'Deny','Action':['sagemaker:AddTags','sagemaker:DeleteTags'],'Resource':'*'}",
    ),
    case(
        "DRF527",
        "S:{'Effect':'Allow','Action':['s3:GetObject','iam:TagRole'],'Resource':'*'},{'Effect':'Allow','Action':'s3:PutObject','Resource':'arn:aws:s3:::${aws:PrincipalTag/team}/*'}",
        "S:{'Effect':'Allow','Action':'s3:PutObject','Resource':'arn:aws:s3:::${aws:PrincipalTag/team}/*'}",
    ),
    case(
        "DRF528",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'bucket'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':['arn:aws:s3:::b','*']}",
    ),
    case(
        "DRF528",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:*:s3:*:*:*'}",
    ),
    case(
        "DRF529",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'office'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}",
    ),
    case(
        "DRF529",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/a':'b*'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/a':'${*}b'}}}",
    ),
    case(
        "DRF530",
        "S:{'Sid':'A','Effect':'Allow','Action':'s3:GetObject','Resource':'*'},{'Sid':'A','Effect':'Deny','Action':'s3:PutObject','Resource':'*'}",
        "S:{'Sid':'A','Effect':'Allow','Action':'s3:GetObject','Resource':'*'},{'Sid':'a','Effect':'Deny','Action':'s3:PutObject','Resource':'*'}",
    ),
    case(
        "DRF531",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::a–b'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::é'}",
    ),
    case(
        "DRF532",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateNotebookInstance','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'sagemaker:RootAccess':'Enabled'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateNotebookInstance','Resource':'*','Condition':{'StringEquals':{'sagemaker:RootAccess':'Enabled'},'ForAnyValue:StringEquals':{'x:unknown':'a'}}}",
    ),
    case(
        "DRF533",
        "S:{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}",
        "S:{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'},'Bool':{'aws:ViaAWSService':'false'}}}",
    ),
    case(
        "DRF534",
        "S:{'Sid':'Read all','Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
        "S:{'Sid':'Read all','Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'*'}",
    ),
    of(
        PolicyKind::Rcp,
        "DRF501",
        "S:{'Effect':'Deny','NotPrincipal':{'AWS':'*'},'Action':'s3:*','Resource':'*'}",
        "S:{'Effect':'Deny','Principal':{'AWS':'*'},'Action':'s3:*','Resource':'*'}",
    ),
    case(
        "DRF501",
        "S:{'Effect':'Allow','Principal':'*','Resource':'*'}",
        "S:{'Effect':'Deny','Principal':'*','Action':'sts:AssumeRole','Resource':'*'}",
    ),
    case(
        "DRF503",
        "{‘Version’:‘2012-10-17’,‘Statement’:[]}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::it’s'}",
    ),
    case(
        "DRF504",
        "{'Effect':'Allow','Version':'2012-10-17','Action':'s3:GetObject','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF504",
        "{'Action':'s3:GetObject','Effect':'Allow','Resource':'*','Id':'a'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:RequestedRegion':'AWS Region'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'ForAllValues:StringEquals':{'aws:TagKeys':['Region','AccountId','cost-arn']}}}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:SourceAccount':'your_account_id'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/scope':'region','s3:prefix':'account-id'}}}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'<team>'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::b/customer/customer-id'}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::YOUR_BUCKET'}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::b/YOUR_DATA/[a]'}",
    ),
    case(
        "DRF506",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'s3:prefix':'${AWS::AccountId}'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'s3:prefix':'${aws:PrincipalAccount}'}}}",
    ),
    case(
        "DRF512",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ArnLike':{'sagemaker:VolumeKmsKey':'*','sagemaker:VolumeKmsKeyArn':'*'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'ArnLike':{'sagemaker:VolumeKmsKeyArn':'*'}}}",
    ),
    case(
        "DRF513",
        "S:{'Effect':'Allow','Action':'sagemaker:StopTrainingJob','Resource':'*','Condition':{'StringEquals':{'aws:RequestTag/a':'b'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:StopTrainingJob','Resource':'*','Condition':{'StringEquals':{'lambda:SourceFunctionArn':'a','ec2:SourceInstanceArn':'b','cognito-identity.amazonaws.com:sub':'c','identitystore:UserId':'d','saml:sub':'e'}}}",
    ),
    case(
        "DRF514",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateModel','Resource':'*','Condition':{'StringNotEqualsIfExists':{'aws:ResourceTag/a':'b'}}}",
        "S:{'Effect':'Deny','Action':['sagemaker:CreateModel','sagemaker:DeleteModel'],'Resource':'*','Condition':{'StringNotEqualsIfExists':{'aws:ResourceTag/a':'b'}}}",
    ),
    case(
        "DRF515",
        "S:{'Effect':'Deny','Action':'sagemaker:ListModels','Resource':'*','Condition':{'StringNotEqualsIfExists':{'aws:ResourceTag/a':'b'}}}",
        "S:{'Effect':'Deny','Action':['sagemaker:ListModels','sagemaker:DeleteModel'],'Resource':'*','Condition':{'StringNotEqualsIfExists':{'aws:ResourceTag/a':'b'}}}",
    ),
    case(
        "DRF515",
        "S:{'Effect':'Deny','Action':'sagemaker:ListModels','Resource':'*','Condition':{'StringNotEquals':{'aws:ResourceTag/a':'b'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:ListModels','Resource':'*','Condition':{'StringUnlike':{'aws:ResourceTag/a':'b'}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'kms:CreateGrant','Resource':'*','Condition':{'ForAllValues:StringEquals':{'kms:EncryptionContextKeys':'a'}}}",
        "S:{'Effect':'Allow','Action':'kms:CreateGrant','Resource':'*','Condition':{'ForAllValues:StringEquals':{'kms:GrantOperations':'Decrypt'}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','Action':'s3:Other','Resource':'*','Condition':{'Null':{'s3:k':true}}}",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','Action':'s3:*','Resource':'*','Condition':{'Null':{'s3:k':true}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'*','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','Action':'s3:Tag','Resource':'arn:aws:s3:::b','Condition':{'Null':{'s3:k':true}}}",
        "S:{'Effect':'Allow','Action':'s3:Tag','Resource':'arn:aws:s3:::b','Condition':{'ForAllValues:StringLike':{'s3:k':'a'}}},{'Effect':'Deny','NotAction':'iam:*','Resource':'arn:aws:s3:::*','Condition':{'Null':{'s3:k':true}}}",
    ),
    case(
        "DRF517",
        "S:{'Effect':'Allow','Action':'sagemaker:Create*','Resource':'*','Condition':{'ForAllValues:StringLike':{'sagemaker:InstanceTypes':'ml.c5.*'}}},{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'Null':{'sagemaker:InstanceTypes':'true'},'Bool':{'aws:SecureTransport':'false'}}}",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateTraining*','Resource':'*','Condition':{'ForAllValues:StringLike':{'sagemaker:InstanceTypes':'ml.c5.*'}}},{'Effect':'Deny','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{'Null':{'sagemaker:InstanceTypes':'true'}}}",
    ),
    case(
        "DRF518",
        "S:{'Effect':'Allow','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'sagemaker:InstanceTypes':'ml.t3.medium'}}}",
        "S:{'Effect':'Deny','Action':'sagemaker:CreateEndpointConfig','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'sagemaker:InstanceTypes':'ml.t3.medium'}}}",
    ),
    case(
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringLike':{'iam:PassedToService':'*'}}}",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringLike':{'iam:PassedToService':'sagemaker*.amazonaws.com'}}}",
    ),
    case(
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEqualsIfExists':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/a'},{'Effect':'Deny','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/*','Condition':{'StringNotLike':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
    ),
    case(
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'},{'Effect':'Deny','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/a','Condition':{'StringNotEquals':{'iam:PassedToService':'sagemaker.amazonaws.com'}}}",
        "S:{'Effect':'Allow','Action':'iam:*','Resource':'*'}",
    ),
    case(
        "DRF520",
        "S:{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'},{'Effect':'Deny','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':{'iam:PassedToService':'ec2.amazonaws.com'}}}",
        "S:{'Effect':'Allow','Action':'**','Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','Action':'iam:Detach*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'**','Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','Action':'iam:Delete*Policy','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'iam:DeleteRole','Resource':'*'}",
    ),
    case(
        "DRF522",
        "S:{'Effect':'Allow','Action':'iam:DeletePol*','Resource':'*'}",
        "S:{'Effect':'Allow','Action':'iam:DeleteUs?r','Resource':'*'}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:SourceVpc':'b'},'StringLike':{'aws:SourceVpc':'c*'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'saml:eduPersonAffiliation':'b'},'StringLike':{'saml:eduPersonAffiliation':'c*'}}}",
    ),
    case(
        "DRF523",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'},'StringEquals':{'aws:SecureTransport':'false'}}}",
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'},'Bool':{'aws:SecureTransport':'false'}}}",
    ),
    case(
        "DRF524",
        "S:{'Effect':'Allow','Action':['*','s3:GetObject'],'Resource':'*'}",
        "S:{'Effect':'Allow','Action':['**','s3:GetObject'],'Resource':'*'}",
    ),
    case(
        "DRF527",
        "S:{'Effect':'Allow','Action':'sagemaker:*','Resource':'*'},{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'StringEquals':{'sagemaker:ResourceTag/a':'b'}}},{'Effect':'Deny','Action':['sagemaker:AddTags','sagemaker:DeleteTags'],'Resource':'arn:aws:sagemaker:*:*:model/*'}",
        "S:{'Effect':'Allow','Action':'sagemaker:*','Resource':'arn:aws:sagemaker:*:*:model/a'},{'Effect':'Deny','Action':'sagemaker:*','Resource':'*','Condition':{'StringEquals':{'sagemaker:ResourceTag/a':'b'}}},{'Effect':'Deny','Action':['sagemaker:AddTags','sagemaker:DeleteTags'],'Resource':'arn:aws:sagemaker:*:*:model/*'}",
    ),
];

/// The codes of each text of the guides, by number. Texts that AWS means as they are have notes at
/// most; the others have the defect that this project knows them for.
const GUIDE: [(&str, &[&str]); 25] = [
    ("create a model", &["DRF506", "DRF506", "DRF520", "DRF521"]),
    ("console", &[]),
    ("Ground Truth console", &[]),
    ("Augmented AI console", &["DRF508", "DRF511", "DRF511", "DRF511", "DRF511"]),
    ("view own user", &[]),
    ("EFS", &["DRF521"]),
    ("Lustre", &["DRF517", "DRF521"]),
    ("VPC", &["DRF521"]),
    ("workteam type", &[]),
    ("workteam ARN with wildcards", &[]),
    ("workteam ARN", &[]),
    ("volume key", &["DRF510", "DRF512", "DRF521"]),
    ("network isolation", &["DRF521"]),
    ("instance type", &["DRF517", "DRF521"]),
    ("notebook lockdown", &["DRF521"]),
    ("from a VPC", &[]),
    ("from endpoints", &[]),
    ("from addresses", &["DRF521"]),
    ("notebook from addresses", &[]),
    ("team one by tags", &["DRF515"]),
    ("team two by tags", &["DRF515"]),
    ("AddTags on creation", &["DRF504"]),
    ("domain isolation", &["DRF505", "DRF506", "DRF507", "DRF514"]),
    ("search", &["DRF502", "DRF504", "DRF506", "DRF506"]),
    ("typographic quotes", &["DRF503", "DRF504", "DRF506"]),
];

#[test]
fn every_lint_is_given_where_it_applies_and_not_where_it_does_not() {
    let vocabulary = sagemaker_catalog::vocabulary();
    let mut wrong = Vec::new();
    for Case { code, kind, has, has_not } in CASES {
        for (text, wanted) in [(has, true), (has_not, false)] {
            let text = written(text);
            let lints = lint(&text, *kind, &vocabulary);
            if lints.iter().any(|lint| lint.code == *code) != wanted {
                wrong.push(format!("{code} {wanted}: {text}\n  {:?}", codes(&lints)));
            }
            lints.iter().for_each(|lint| lies_inside(&text, lint));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_lint_has_a_case() {
    let with_case: BTreeSet<&str> = CASES.iter().map(|case| case.code).collect();
    let without = RULES.iter().map(|rule| rule.code).filter(|code| !with_case.contains(code));
    // How much a policy may hold is a case of its own.
    assert_eq!(without.collect::<Vec<_>>(), ["DRF508"]);
}

#[test]
fn a_policy_may_not_be_larger_than_its_kind_allows() {
    let vocabulary = Vocabulary::default();
    let sized = |characters: usize| {
        let frame =
            written("S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::'}");
        let fill = "a".repeat(characters - frame.len());
        frame.replace(":::", &format!(":::{fill}"))
    };
    for (kind, characters, severity) in [
        (None, 6_144, None),
        (None, 6_145, Some(Severity::Warning)),
        (None, 10_241, Some(Severity::Error)),
        (Some(PolicyKind::Boundary), 6_145, Some(Severity::Error)),
        (Some(PolicyKind::Session), 2_048, None),
        (Some(PolicyKind::Session), 2_049, Some(Severity::Error)),
        (Some(PolicyKind::Scp), 10_240, None),
        (Some(PolicyKind::Scp), 10_241, Some(Severity::Error)),
        (Some(PolicyKind::Rcp), 5_121, Some(Severity::Error)),
        (Some(PolicyKind::Trust), 2_049, Some(Severity::Warning)),
        (Some(PolicyKind::Trust), 8_193, Some(Severity::Error)),
        (Some(PolicyKind::Resource), 20_000, None),
    ] {
        let lints = lint(&sized(characters), kind, &vocabulary);
        let found = lints.iter().find(|lint| lint.code == "DRF508").map(|lint| lint.severity);
        assert_eq!(found, severity, "{kind:?} of {characters}");
    }
    // White space counts for Organizations only, and the console removes it.
    let spaced =
        sized(10_000).replace("{\"Version\"", &format!("{{{}\"Version\"", " ".repeat(500)));
    let lints = lint(&spaced, Some(PolicyKind::Scp), &vocabulary);
    assert!(lints.iter().any(|lint| (lint.code, lint.severity) == ("DRF508", Severity::Note)));
    let lints = lint(&spaced, None, &vocabulary);
    assert!(lints.iter().any(|lint| (lint.code, lint.severity) == ("DRF508", Severity::Warning)));
    assert_eq!(codes(&lint(&" ".repeat(300_000), None, &vocabulary)), ["DRF508"]);
}

/// A fix does what it says: the text has the lint no more.
#[test]
fn a_fix_removes_its_lint_and_brings_no_error() {
    let vocabulary = sagemaker_catalog::vocabulary();
    let mut fixed = BTreeSet::new();
    for Case { kind, has, .. } in CASES {
        let text = written(has);
        let lints = lint(&text, *kind, &vocabulary);
        for lint_with_fix in lints.iter().filter(|lint| lint.fix.is_some()) {
            let after = lint(&apply(&text, lint_with_fix), *kind, &vocabulary);
            let same = |lint: &&Lint| lint.code == lint_with_fix.code && lint.code != "DRF501";
            assert!(!after.iter().any(|lint| same(&lint)), "{}: {text}", lint_with_fix.code);
            let errors = |lints: &[Lint]| {
                lints.iter().filter(|lint| lint.severity == Severity::Error).count()
            };
            assert!(errors(&after) <= errors(&lints), "{}: {text}", lint_with_fix.code);
            fixed.insert(lint_with_fix.code);
        }
    }
    let wanted = ["DRF501", "DRF503", "DRF504", "DRF507", "DRF510", "DRF512"];
    assert_eq!(fixed.into_iter().collect::<Vec<_>>(), wanted);
}

/// A fix is offered only where it is certain: the text, the lint, and what the fix puts there.
#[test]
fn a_fix_is_offered_only_where_it_is_certain() {
    let vocabulary = sagemaker_catalog::vocabulary();
    let action =
        |name: &str| written(&format!("S:{{'Effect':'Allow','Action':'{name}','Resource':'*'}}"));
    let key = |keys: &str| {
        written(&format!(
            "S:{{'Effect':'Allow','Action':'sagemaker:CreateTrainingJob','Resource':'*','Condition':{{'ArnLike':{{{keys}}}}}}}"
        ))
    };
    for (text, code, wanted) in [
        (action("sagemaker-runtime:*"), "DRF510", None),
        (action("sagemaker-runtime:Invoke*"), "DRF510", None),
        (action("sagemaker-runtime:NoSuch"), "DRF510", None),
        (
            action("sagemaker-runtime:InvokeEndpoint"),
            "DRF510",
            Some("\"sagemaker:InvokeEndpoint\""),
        ),
        (
            action("s\\u0061gemaker-runtime:InvokeEndpoint"),
            "DRF510",
            Some("\"sagemaker:InvokeEndpoint\""),
        ),
        (
            action("sagemaker-featurestore-runtime:UpdateRecord"),
            "DRF510",
            Some("\"sagemaker:PutRecord\""),
        ),
        (action("sagemaker:CreateModal"), "DRF510", Some("\"sagemaker:CreateModel\"")),
        (action("sagemaker:CreateMdoel"), "DRF510", None),
        (action("sagemaker:CreateModule"), "DRF510", None),
        (key("'sagemaker:VolumeKmsKey':'*'"), "DRF512", Some("\"sagemaker:VolumeKmsKeyArn\"")),
        (key("'sagemaker:VolumeKmsKey':'*','sagemaker:VolumeKmsKeyArn':'*'"), "DRF512", None),
        (key("'sagemaker:VolumeKmsKey':'*','sagemaker:volumekmskey':'*'"), "DRF512", None),
    ] {
        let lints = lint(&text, None, &vocabulary);
        let lint = lints.iter().find(|lint| lint.code == code).unwrap();
        let fix = lint.fix.as_ref().map(|fix| fix.edits[0].replacement.as_str());
        assert_eq!(fix, wanted, "{text}");
    }
}

#[test]
fn a_version_in_a_bare_statement_moves_out() {
    let vocabulary = sagemaker_catalog::vocabulary();
    let wrapped = "{'Version':'2012-10-17', 'Statement': [{'Effect':'Allow','Action':'s3:A','Resource':'*'}]}";
    for bare in [
        "{'Version':'2012-10-17','Effect':'Allow','Action':'s3:A','Resource':'*'}",
        "{'Effect':'Allow','Version':'2012-10-17','Action':'s3:A','Resource':'*'}",
        "{'Effect':'Allow','Action':'s3:A','Resource':'*','Version':'2012-10-17'}",
    ] {
        let text = written(bare);
        let lints = lint(&text, None, &vocabulary);
        assert_eq!(codes(&lints), ["DRF504"], "{text}");
        assert_eq!(apply(&text, &lints[0]), written(wrapped));
    }
    // An element in the wrong place is spelt as it should be.
    let inside =
        written("S:{'Version':'2012-10-17','Effect':'Allow','Action':'s3:A','Resource':'*'}");
    let lints = lint(&inside, None, &vocabulary);
    assert_eq!((codes(&lints), &lints[0].help), (vec!["DRF501"], &None));
}

#[test]
fn large_policies_are_linted() {
    let vocabulary = sagemaker_catalog::vocabulary();
    for (name, pieces, shape) in SHAPES {
        let text = large(*shape, *pieces);
        assert!(text.len() <= MAX_TEXT, "{name}: {}", text.len());
        assert!(text.len() > MAX_TEXT / 3, "{name}: {}", text.len());
        assert!(!lint(&text, None, &vocabulary).is_empty(), "{name}");
    }
}

#[test]
fn the_texts_of_the_guides_get_the_right_lints() {
    let Some(path) = shared("data/policies/guide-verbatim.jsonl") else { return };
    let vocabulary = sagemaker_catalog::vocabulary();
    let lines = fs::read_to_string(path).unwrap();
    let texts: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(texts.len(), GUIDE.len());
    let mut wrong = Vec::new();
    for (number, (value, (name, wanted))) in texts.iter().zip(&GUIDE).enumerate() {
        let text = value["text"].as_str().unwrap();
        let lints = lint(text, None, &vocabulary);
        lints.iter().for_each(|lint| lies_inside(text, lint));
        if codes(&lints) != *wanted {
            wrong.push(format!("{number} {name}: wanted {wanted:?}\n  got {:?}", codes(&lints)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// AWS's own managed policies work, so none may have an error, but for the size: AWS's own may be
/// larger than its customers'.
#[test]
fn the_managed_policies_have_no_error_but_their_size() {
    let Some(path) = shared("data/policies/aws-managed-sagemaker.jsonl") else { return };
    let vocabulary = sagemaker_catalog::vocabulary();
    let lines = fs::read_to_string(path).unwrap();
    assert_eq!(lines.lines().count(), 75);
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let policy: Value = serde_json::from_str(line).unwrap();
        let text = policy["document"].to_string();
        let lints = lint(&text, Some(PolicyKind::Identity), &vocabulary);
        let errors = lints.iter().filter(|lint| lint.severity == Severity::Error);
        let others = errors.filter(|lint| lint.code != "DRF508");
        wrong.extend(
            others.map(|lint| format!("{}: {} {}", policy["name"], lint.code, lint.message)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_documented_conditions_get_the_right_lints() {
    let Some(path) = shared("data/policies/aws-docs-sagemaker-conditions.jsonl") else { return };
    let vocabulary = sagemaker_catalog::vocabulary();
    for line in fs::read_to_string(path).unwrap().lines() {
        let policy: Value = serde_json::from_str(line).unwrap();
        let lints = lint(&policy["document"].to_string(), None, &vocabulary);
        let codes: Vec<&str> = codes(&lints).into_iter().filter(|code| *code != "DRF521").collect();
        let wanted: &[&str] = match policy["name"].as_str().unwrap() {
            // `CreateFlowDefinition` has no volume.
            "docs-volume-kms" => &["DRF512", "DRF513"],
            "docs-lustre-sg" | "docs-instance-type" => &["DRF517"],
            _ => &[],
        };
        assert_eq!(codes, wanted, "{}", policy["name"]);
    }
}

#[test]
fn the_samples_have_no_error() {
    let run = driftline(&["lint", "samples/policy-set"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    insta::assert_snapshot!("samples", run.stdout);
}

const FAULTY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "Train",
    "Effect": "Allow",
    "Action": ["sagemaker:CreateFlowDefiniton", "sagemaker:CreateTrainingJob"],
    "Resource": "*",
    "Condition": {
      "ArnEquals": {"sagemaker:VolumeKmsKey": "arn:aws:kms:eu-west-1:111122223333:key/1"},
      "ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"},
      "String": {"aws:RequestTag/\u001b[31m": "a", "aws:RequestTag/\u001b[31m": "b"}
    }
  }]
}
"#;

#[test]
fn text_json_and_sarif_are_constant() {
    let run = |format: &str| driftline_with_input(&["lint", "-", "--format", format], FAULTY);
    for format in ["text", "json"] {
        let run = run(format);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{format}");
        assert!(!run.stdout.contains('\u{1b}'), "{format}");
        insta::assert_snapshot!(format, run.stdout);
    }
    let sarif = run("sarif");
    assert_eq!(sarif.code, 1);
    let mut log = sarif.json();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for (rule, known) in rules.iter().zip(RULES) {
        assert_eq!(rule["id"], known.code);
        assert!(rule["helpUri"].as_str().unwrap().starts_with("https://docs.aws.amazon.com/"));
    }
    // The pages have their own golden files.
    log["runs"][0]["tool"]["driver"]["rules"] = Value::Array(vec![]);
    insta::assert_snapshot!("sarif", serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn files_folders_and_exit_codes() {
    let scene = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = scene.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let good = written("S:{'Effect':'Deny','Action':'s3:PutObject','Resource':'*'}");
    write("set/b.json", &good);
    write("set/deeper/a.json", &good);
    write("set/package.json", "{\"name\": \"x\"}");
    write("set/notes.txt", "Statement");
    write("empty/package.json", "{\"name\": \"x\"}");
    write("bad.json", "{\"Statement\": 1}");
    write("latin.json", "");
    fs::write(scene.path().join("latin.json"), [b'"', 0xe9, b'"']).unwrap();
    let path = |name: &str| scene.path().join(name).display().to_string();
    let lint = |names: &[&str]| {
        let paths: Vec<String> = names.iter().map(|name| path(name)).collect();
        driftline(&[vec!["lint".to_owned()], paths].concat())
    };

    let run = lint(&["set"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "2 files: 0 errors, 0 warnings, 0 notes\n"));
    assert_eq!(run.stderr, format!("note: passed over {}: no policy\n", path("set/package.json")));
    assert_eq!(lint(&["set", "set/b.json"]).stdout, run.stdout, "each file once");
    assert_eq!(lint(&["set/package.json"]).code, 1, "what is named is a policy");
    assert_eq!(lint(&["bad.json"]).code, 1);
    assert!(lint(&["latin.json"]).stdout.contains("DRF531"));
    assert_eq!(lint(&["empty"]).code, 2);
    assert_eq!(lint(&["no-such-file"]).code, 2);
    assert_eq!(lint(&[]).code, 2);

    // The folder's own list says what its policies are for, and `--type` says otherwise.
    write(
        "set/policy-set.toml",
        "schema = 1\nrevision = 1\nname = \"t\"\n[[scp]]\naccounts = [\"*\"]\npolicies = [\"b.json\"]\nfull_access = false\n",
    );
    let run = lint(&["set"]);
    assert_eq!(run.stdout.matches("DRF525").count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("policy-set.toml:6:12"), "{}", run.stdout);
    let run = driftline(&["lint", "--type", "rcp", &path("set/b.json")]);
    assert!(run.stdout.contains("DRF501"), "{}", run.stdout);
    // Also of a file that is named alone, or before its folder.
    for names in [&["set/b.json"][..], &["set/b.json", "set"]] {
        let run = lint(names);
        assert!(run.stdout.contains("policy-set.toml:6:12"), "{names:?}: {}", run.stdout);
    }

    // What the list names counts as named, and what is not there is told.
    write("set/empty.json", "{}");
    let list = |more: &str| {
        format!(
            "schema = 1\nrevision = 1\nname = \"t\"\n{more}[[scp]]\naccounts = [\"*\"]\npolicies = [\"b.json\", \"empty.json\", \"gone.json\"]\n"
        )
    };
    write("set/policy-set.toml", &list(""));
    let run = lint(&["set"]);
    assert!(run.stdout.contains("empty.json"), "{}", run.stdout);
    let absent =
        format!("note: {} names gone.json, which is not there\n", path("set/policy-set.toml"));
    assert!(run.stderr.contains(&absent), "{}", run.stderr);
    write("set/policy-set.toml", &list("extra = 1\n"));
    let run = lint(&["set"]);
    assert!(run.stderr.contains("policy-set.toml is not read"), "{}", run.stderr);
    assert!(run.stderr.contains("unknown field `extra`"), "{}", run.stderr);
    assert!(run.stderr.contains("at line 4, column 1"), "{}", run.stderr);
}

#[test]
fn a_file_that_is_no_policy_for_its_size_stops_nothing_unless_it_was_named() {
    let scene = tempfile::tempdir().unwrap();
    let path = |name: &str| scene.path().join(name).display().to_string();
    let large = fs::File::create(path("large.json")).unwrap();
    large.set_len((16 << 20) + 1).unwrap();
    let good = written("S:{'Effect':'Deny','Action':'s3:PutObject','Resource':'*'}");
    fs::write(path("a.json"), good).unwrap();
    let run = driftline(&["lint", &path("")]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "1 file: 0 errors, 0 warnings, 0 notes\n"));
    assert!(run.stderr.contains("large.json: larger than 16 MiB"), "{}", run.stderr);
    assert_eq!(driftline(&["lint", &path("large.json")]).code, 2);
    let run = driftline_with_input(&["lint", "-"], &" ".repeat((16 << 20) + 1));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("standard input is larger than 16 MiB"), "{}", run.stderr);
}

/// A text of a case in JSON's own quotes, with a policy around it where it wants one.
fn written(text: &str) -> String {
    let quoted = text.replace('\'', "\"");
    match quoted.strip_prefix("S:") {
        Some(statements) => format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}"),
        None => quoted,
    }
}

fn codes(lints: &[Lint]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = lints.iter().map(|lint| lint.code).collect();
    codes.sort_unstable();
    codes
}

fn lies_inside(text: &str, lint: &Lint) {
    assert!(text.get(lint.span.start..lint.span.end).is_some(), "{lint:?}");
    assert!((lint.line, lint.column) <= (lint.end_line, lint.end_column), "{lint:?}");
    let pointed: Result<Value, _> = serde_json::from_str(text);
    if let Ok(value) = pointed {
        assert!(value.pointer(&lint.pointer).is_some(), "{lint:?}");
    }
}

fn apply(text: &str, lint: &Lint) -> String {
    let mut text = text.to_owned();
    for edit in lint.fix.as_ref().unwrap().edits.iter().rev() {
        text.replace_range(edit.span.start..edit.span.end, &edit.replacement);
    }
    text
}

/// One fault does not hide the others.
#[test]
fn lint_reads_on_behind_what_it_can_repair() {
    let vocabulary = sagemaker_catalog::vocabulary();
    let statement = "{'Sid':'x','Effect':'Allow','Action':'iam:PassRole','Resource':'<arn>'}";
    for (text, wanted) in [
        (format!("\u{feff}S:{statement}"), &["DRF506", "DRF520", "DRF531"][..]),
        (statement.replace('\'', "”"), &["DRF503", "DRF504", "DRF506", "DRF520"]),
        (
            format!("{{'Statement':[{statement},],}}"),
            &["DRF501", "DRF501", "DRF506", "DRF507", "DRF520"],
        ),
        (statement.replace("'x'", "'x','Sid':'y'"), &["DRF502", "DRF504", "DRF506", "DRF520"]),
    ] {
        let text = match text.split_once("S:") {
            Some((before, statements)) => {
                format!("{before}{}", written(&format!("S:{statements}")))
            }
            None => written(&text),
        };
        assert_eq!(codes(&lint(&text, None, &vocabulary)), wanted, "{text}");
    }
    // Both values of a repeated key are looked at.
    let text = written(
        "S:{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3','Resource':'b'}",
    );
    assert_eq!(codes(&lint(&text, None, &vocabulary)), ["DRF502", "DRF528", "DRF528"]);
}

/// The pages under `docs/lints` are what their lints say: `cargo xtask docs` writes them.
#[test]
fn every_page_is_written() {
    for rule in RULES {
        let page = root().join("docs/lints").join(format!("{}.md", rule.code));
        let page = fs::read_to_string(&page).unwrap_or_default();
        assert!(page.contains(&rule.page()), "run `cargo xtask docs`: {}", rule.code);
    }
}
