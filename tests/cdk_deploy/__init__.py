"""The CDK's own command deploys the app to a local AWS, and every resource is read back."""
