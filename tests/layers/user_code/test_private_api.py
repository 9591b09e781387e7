"""What isolation, the check-up and the workers need of private parts of Keras and TensorFlow.

If one of these fails after an update, an author's layers are not isolated with that version.
"""

import random

import keras
import tensorflow as tf
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import global_seed_generator
from keras.src.saving import object_registration
from tensorflow.python.eager import context


def test_registered_classes_stand_in_one_dictionary():
    @keras.saving.register_keras_serializable(package="private_api")
    class Registered(keras.layers.Layer):
        pass

    assert object_registration.GLOBAL_CUSTOM_OBJECTS.pop("private_api>Registered") is Registered
    assert object_registration.GLOBAL_CUSTOM_NAMES.pop(Registered) == "private_api>Registered"


def test_kerass_global_state_is_read_and_set_by_name():
    global_state.set_global_attribute("private_api", 3)
    assert global_state.get_global_attribute("private_api") == 3
    global_state.set_global_attribute("private_api", None)


def test_unseeded_numbers_come_from_one_generator():
    assert isinstance(global_seed_generator(), keras.random.SeedGenerator)


def test_the_cache_of_kernels_can_be_cleared():
    before = (tf.ones(3) + 1).numpy()
    context.context().clear_kernel_cache()
    assert ((tf.ones(3) + 1).numpy() == before).all()


def test_tensorflows_seed_stands_in_two_attributes_of_its_context():
    tf.random.set_seed(3)
    assert vars(context.context())["_seed"] == 3
    assert isinstance(vars(context.context())["_rng"], random.Random)
    tf.random.set_seed(None)
