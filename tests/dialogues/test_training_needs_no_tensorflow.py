"""What Rasa says of components that a release does not use costs no TensorFlow."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_naming_a_neural_component_does_not_load_it() -> None:
    program = (
        "import sys; from dialogues import lazy_tensorflow; lazy_tensorflow.install();"
        "from rasa.nlu.classifiers.diet_classifier import DIETClassifier;"
        "print(DIETClassifier.__name__, 'tensorflow' in sys.modules)"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert said.stdout.split() == ["DIETClassifier", "False"]


def test_only_a_pipeline_of_ours_is_trained_on_a_few_texts(tmp_path: Path) -> None:
    from dialogues.lazy_tensorflow import configuration_learns_from_rasa

    assert not configuration_learns_from_rasa(ROOT / "dialogues" / "config.yml")
    stock = tmp_path / "config.yml"
    stock.write_text(
        "pipeline: [{name: nlu.tokenizer.VietnameseTokenizer}, {name: DIETClassifier}]\n",
        encoding="utf-8",
    )
    assert configuration_learns_from_rasa(stock)
