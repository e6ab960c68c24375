#!/usr/bin/env bash
# moto 5.2.5 (PyPI): a cluster of its EKS is one that no client can be pointed at, and not the one that was asked for.
#
# `DescribeCluster` gives as certificate authority base64 of random bytes, not of a certificate, so that a kubeconfig made by `aws eks update-kubeconfig` is refused by each
# client before it connects; `accessConfig` is taken and forgotten; and a cluster without a version is a 1.19, which EKS ended in 2022. A program that is tested against it
# alone has never read an authority, and has never seen which authentication mode a cluster has.
#
# Seen:
#   authority: a certificate: False
#   accessConfig asked for: API, told: nothing
#   version: 1.19
#
# Valid input: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'moto[eks]==5.2.5' boto3==1.44.8

cat > look.py <<'LOOK'
import base64
import boto3
from moto import mock_aws

with mock_aws():
    region = "eu-central-1"
    subnets = [each["SubnetId"] for each in boto3.client("ec2", region).describe_subnets()["Subnets"]]
    eks = boto3.client("eks", region)
    eks.create_cluster(name="c", roleArn="arn:aws:iam::123456789012:role/c", resourcesVpcConfig={"subnetIds": subnets}, accessConfig={"authenticationMode": "API"})
    cluster = eks.describe_cluster(name="c")["cluster"]
    authority = base64.b64decode(cluster["certificateAuthority"]["data"])
    print(f"authority: a certificate: {b'BEGIN CERTIFICATE' in authority}")
    print(f"accessConfig asked for: API, told: {cluster.get('accessConfig', {}).get('authenticationMode', 'nothing')}")
    print(f"version: {cluster['version']}")
LOOK

AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=a venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
authority: a certificate: False
accessConfig asked for: API, told: nothing
version: 1.19
SEEN
