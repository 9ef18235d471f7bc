import json

import pytest
from aws_cdk import App
from word_count import WordCount

from batchwright.local import LocalAws
from batchwright.local.pytest_plugin import DeployStack

BOOKS = {"anna.txt": "all happy families are alike", "moby.txt": "call me Ishmael", "sawyer.txt": "all of me"}


@pytest.fixture
def outputs(deployed_stack: DeployStack, local_aws: LocalAws) -> dict[str, str]:
    app = App()
    WordCount(app, "WordCount")
    outputs = deployed_stack(app)["WordCount"]
    for name, text in BOOKS.items():
        local_aws.client("s3").put_object(Bucket=outputs["Bucket"], Key=f"books/{name}", Body=text.encode())
    return outputs


def test_the_words_of_all_books_are_counted(outputs: dict[str, str], local_aws: LocalAws) -> None:
    run = local_aws.run(outputs["StateMachine"], {"books": 3})

    assert run.succeeded, run
    total = json.loads(local_aws.client("s3").get_object(Bucket=outputs["Bucket"], Key="total.json")["Body"].read())
    assert total["all"] == 2
    assert sum(total.values()) == 11


def test_a_missing_book_fails_the_run_and_says_which(outputs: dict[str, str], local_aws: LocalAws) -> None:
    run = local_aws.run(outputs["StateMachine"], {"books": 4})

    assert run.status == "FAILED"
    (failed,) = run.failed_jobs
    assert failed.output == ("there is no book 3: books/ holds 3",)
