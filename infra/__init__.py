"""The CDK app: what `cdk deploy` brings up on AWS.

Importing it tells jsii which Node to run, and so comes before any import of ``aws_cdk``.
"""

from infra.node import use_packaged_node

use_packaged_node()
