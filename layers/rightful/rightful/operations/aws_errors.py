"""What an operator is told where AWS refuses or is not there: one sentence, with the way out."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from rightful.aws.errors import is_throttled

AWS_ERRORS = (ClientError, BotoCoreError)

_NOT_TAKEN = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidSignatureException", "SignatureDoesNotMatch", "UnrecognizedClientException",
    }
)  # fmt: skip
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_NOT_THERE = frozenset({"ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


def sentence_of(error: ClientError | BotoCoreError) -> str:
    """Why a command could not be done."""
    if isinstance(error, ClientError):
        return _of_answer(error)
    if isinstance(error, NoRegionError):
        return "Say which region: --region, or set AWS_REGION, or AWS_PROFILE to a profile that has one."
    if isinstance(error, ProfileNotFound):
        return f"{_line(error)}. AWS_PROFILE names it; `aws configure list-profiles` lists those that there are."
    if isinstance(
        error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError | SSOError | TokenRetrievalError
    ):
        return f"There are no AWS credentials: {_line(error)}. Log in (aws sso login), or set AWS_PROFILE."
    return f"AWS cannot be reached: {_line(error)}. Look at the network, and run it again: nothing is done twice."


def _of_answer(error: ClientError) -> str:
    found, asked = error.response["Error"], error.operation_name
    code = found.get("Code", "")
    if code in _NOT_TAKEN:
        return f"AWS does not take these credentials ({code}): log in again, or set AWS_PROFILE."
    if code in _DENIED:
        return f"These credentials may not do {asked} ({code}): use an operator's, or have that action allowed."
    if code in _NOT_THERE:
        return (
            f"{asked}: there is nothing of that name in this account and region ({code}). Look at --stack, or else "
            "IDENTITY_TABLE and EVENT_LOG_TABLE; and at AWS_PROFILE and AWS_REGION."
        )
    if is_throttled(code):
        return f"AWS refused {asked} for its rate ({code}). Run it again in some minutes: nothing is done twice."
    return f"AWS refused {asked}: {code}, {_line(found.get('Message', 'without a reason'))}"


def _line(text: object) -> str:
    return " ".join(str(text).split()).rstrip(".")
