"""Own layers as guides, examples and courses write them: no annotations, shapes left to guess."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        batch_size = tf.shape(images)[0]
        patches = tf.image.extract_patches(
            images=images,
            sizes=[1, self.patch_size, self.patch_size, 1],
            strides=[1, self.patch_size, self.patch_size, 1],
            rates=[1, 1, 1, 1],
            padding="VALID",
        )
        return tf.reshape(patches, [batch_size, -1, patches.shape[-1]])


class OpsPatches(layers.Layer):
    def __init__(self, patch_size):
        super().__init__()
        self.patch_size = patch_size

    def call(self, images):
        batch, height, width, channels = ops.shape(images)
        patches = keras.ops.image.extract_patches(images, size=self.patch_size)
        rows, columns = height // self.patch_size, width // self.patch_size
        return ops.reshape(patches, (batch, rows * columns, self.patch_size**2 * channels))


class PatchEncoder(layers.Layer):
    def __init__(self, num_patches, projection_dim):
        super().__init__()
        self.num_patches = num_patches
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(input_dim=num_patches, output_dim=projection_dim)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(0, self.num_patches, 1), axis=0)
        return self.projection(patch) + self.position_embedding(positions)


class SqueezeExcite(layers.Layer):
    def __init__(self, ratio=4, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.squeeze = layers.Conv2D(channels // self.ratio, 1, activation="relu")
        self.excite = layers.Conv2D(channels, 1, activation="sigmoid")

    def call(self, inputs):
        return inputs * self.excite(self.squeeze(self.pool(inputs)))


class WideSqueezeExcite(layers.Layer):
    def __init__(self, reduction=16):
        super().__init__()
        self.reduction = reduction

    def build(self, input_shape):
        channels = input_shape[-1]
        self.fc1 = layers.Dense(channels // self.reduction, activation="relu")
        self.fc2 = layers.Dense(channels, activation="sigmoid")
        self.gap = layers.GlobalAveragePooling2D()

    def call(self, x):
        scale = self.fc2(self.fc1(self.gap(x)))
        return x * scale[:, None, None, :]


class ChannelAttention(layers.Layer):
    def __init__(self, ratio=2):
        super().__init__()
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.shared = keras.Sequential(
            [layers.Dense(channels // self.ratio, activation="relu"), layers.Dense(channels)]
        )

    def call(self, x):
        mean = self.shared(tf.reduce_mean(x, axis=[1, 2], keepdims=True))
        largest = self.shared(tf.reduce_max(x, axis=[1, 2], keepdims=True))
        return x * tf.sigmoid(mean + largest)


class SpatialAttention(layers.Layer):
    def __init__(self, kernel_size=7):
        super().__init__()
        self.conv = layers.Conv2D(1, kernel_size, padding="same", activation="sigmoid")

    def call(self, x):
        mean = tf.reduce_mean(x, axis=-1, keepdims=True)
        largest = tf.reduce_max(x, axis=-1, keepdims=True)
        return x * self.conv(tf.concat([mean, largest], axis=-1))


class CBAM(layers.Layer):
    def __init__(self):
        super().__init__()
        self.channels = ChannelAttention()
        self.space = SpatialAttention()

    def call(self, x):
        return self.space(self.channels(x))


class ResidualBlock(layers.Layer):
    def __init__(self, filters, strides=1):
        super().__init__()
        self.conv1 = layers.Conv2D(filters, 3, strides=strides, padding="same")
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 3, padding="same")
        self.bn2 = layers.BatchNormalization()
        self.shortcut = layers.Conv2D(filters, 1, strides=strides)

    def call(self, inputs, training=False):
        x = tf.nn.relu(self.bn1(self.conv1(inputs), training=training))
        x = self.bn2(self.conv2(x), training=training)
        return tf.nn.relu(layers.add([x, self.shortcut(inputs)]))


class IdentityBlock(layers.Layer):
    def __init__(self, filters, kernel_size):
        super().__init__()
        self.conv = layers.Conv2D(filters, kernel_size, padding="same")
        self.add = layers.Add()
        self.act = layers.Activation("relu")

    def call(self, x):
        return self.act(self.add([self.conv(x), x]))


class InvertedResidual(layers.Layer):
    def __init__(self, expansion=2, filters=4):
        super().__init__()
        self.expansion, self.filters = expansion, filters

    def build(self, input_shape):
        self.expand = layers.Conv2D(self.expansion * input_shape[-1], 1, use_bias=False)
        self.depthwise = layers.DepthwiseConv2D(3, padding="same", use_bias=False)
        self.project = layers.Conv2D(self.filters, 1, use_bias=False)
        self.relu = layers.ReLU(max_value=6.0)

    def call(self, x):
        return x + self.project(self.relu(self.depthwise(self.relu(self.expand(x)))))


class DropPath(layers.Layer):
    def __init__(self, drop_prob=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.drop_prob = drop_prob
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training or not self.drop_prob:
            return x
        keep = 1 - self.drop_prob
        shape = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
        mask = ops.floor(keep + keras.random.uniform(shape, seed=self.seed_generator))
        return x / keep * mask


class GRN(layers.Layer):
    def build(self, input_shape):
        self.gamma = self.add_weight(shape=(1, 1, 1, input_shape[-1]), initializer="ones")
        self.beta = self.add_weight(shape=(1, 1, 1, input_shape[-1]), initializer="zeros")

    def call(self, x):
        norm = tf.norm(x, axis=(1, 2), keepdims=True)
        scaled = norm / (tf.reduce_mean(norm, axis=-1, keepdims=True) + 1e-6)
        return self.gamma * (x * scaled) + self.beta + x


class LayerScale(layers.Layer):
    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, _):
        self.gamma = self.add_weight(
            shape=(self.projection_dim,),
            initializer=keras.initializers.Constant(self.init_values),
        )

    def call(self, x):
        return x * self.gamma


class RMSNorm(layers.Layer):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, x):
        return (
            x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + self.eps) * self.scale
        )


class SwiGLU(layers.Layer):
    def __init__(self, hidden_dim):
        super().__init__()
        self.hidden_dim = hidden_dim

    def build(self, input_shape):
        self.gate = layers.Dense(self.hidden_dim, use_bias=False)
        self.up = layers.Dense(self.hidden_dim, use_bias=False)
        self.down = layers.Dense(input_shape[-1], use_bias=False)

    def call(self, x):
        return self.down(ops.silu(self.gate(x)) * self.up(x))


class GatedLinearUnit(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.linear = layers.Dense(units)
        self.sigmoid = layers.Dense(units, activation="sigmoid")

    def call(self, inputs):
        return self.linear(inputs) * self.sigmoid(inputs)


class GatedResidualNetwork(layers.Layer):
    def __init__(self, units, dropout_rate):
        super().__init__()
        self.units = units
        self.elu_dense = layers.Dense(units, activation="elu")
        self.linear_dense = layers.Dense(units)
        self.dropout = layers.Dropout(dropout_rate)
        self.gated_linear_unit = GatedLinearUnit(units)
        self.layer_norm = layers.LayerNormalization()
        self.project = layers.Dense(units)

    def call(self, inputs):
        x = self.dropout(self.linear_dense(self.elu_dense(inputs)))
        if inputs.shape[-1] != self.units:
            inputs = self.project(inputs)
        return self.layer_norm(inputs + self.gated_linear_unit(x))


class VariableSelection(layers.Layer):
    def __init__(self, num_features, units, dropout_rate):
        super().__init__()
        self.grns = [GatedResidualNetwork(units, dropout_rate) for _ in range(num_features)]
        self.grn_concat = GatedResidualNetwork(units, dropout_rate)
        self.softmax = layers.Dense(units=num_features, activation="softmax")

    def call(self, inputs):
        v = layers.concatenate(inputs)
        v = ops.expand_dims(self.softmax(self.grn_concat(v)), axis=-1)
        x = ops.stack([grn(inputs[idx]) for idx, grn in enumerate(self.grns)], axis=1)
        return ops.squeeze(ops.matmul(ops.transpose(v, axes=[0, 2, 1]), x), axis=1)


class PositionalEmbedding(layers.Layer):
    def __init__(self, sequence_length, vocab_size, embed_dim, **kwargs):
        super().__init__(**kwargs)
        self.token_embeddings = layers.Embedding(input_dim=vocab_size, output_dim=embed_dim)
        self.position_embeddings = layers.Embedding(input_dim=sequence_length, output_dim=embed_dim)

    def call(self, inputs):
        positions = ops.arange(0, ops.shape(inputs)[-1], 1)
        return self.token_embeddings(inputs) + self.position_embeddings(positions)


class SinePositions(layers.Layer):
    def call(self, x):
        _, steps, width = x.shape
        places = np.arange(steps)[:, None] / 10000 ** (2 * (np.arange(width)[None] // 2) / width)
        table = np.where(np.arange(width) % 2 == 0, np.sin(places), np.cos(places))
        return x + ops.convert_to_tensor(table.astype("float32"))


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = keras.Sequential(
            [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs, training=False):
        attn_output = self.dropout1(self.att(inputs, inputs), training=training)
        out1 = self.layernorm1(inputs + attn_output)
        return self.layernorm2(out1 + self.dropout2(self.ffn(out1), training=training))


class TransformerDecoder(layers.Layer):
    def __init__(self, embed_dim, latent_dim, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.attention_1 = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.attention_2 = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.dense_proj = keras.Sequential(
            [layers.Dense(latent_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.norms = [layers.LayerNormalization() for _ in range(3)]

    def call(self, inputs, mask=None):
        inputs, encoder_outputs = inputs
        x = self.attention_1(query=inputs, value=inputs, key=inputs, use_causal_mask=True)
        x = self.norms[0](inputs + x)
        y = self.norms[1](x + self.attention_2(x, encoder_outputs))
        return self.norms[2](y + self.dense_proj(y))


class WindowAttention(layers.Layer):
    def __init__(self, dim, num_heads, window_size=2):
        super().__init__()
        self.dim, self.num_heads, self.window_size = dim, num_heads, window_size
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = layers.Dense(dim * 3)
        self.proj = layers.Dense(dim)

    def build(self, input_shape):
        size = (2 * self.window_size - 1) ** 2
        self.relative_bias = self.add_weight(
            shape=(size, self.num_heads), initializer="random_normal", name="relative_bias"
        )
        places = np.stack(np.meshgrid(*2 * [np.arange(self.window_size)], indexing="ij"))
        flat = places.reshape(2, -1)
        away = np.subtract(flat[:, :, None], flat[:, None, :]).transpose(1, 2, 0)
        away = away + self.window_size - 1
        self.relative_index = away[..., 0] * (2 * self.window_size - 1) + away[..., 1]

    def call(self, x):
        _, height, width, channels = x.shape
        size = self.window_size
        x = ops.reshape(x, (-1, height // size, size, width // size, size, channels))
        x = ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, size * size, channels))
        qkv = ops.reshape(
            self.qkv(x), (-1, size * size, 3, self.num_heads, self.dim // self.num_heads)
        )
        q, k, v = ops.unstack(ops.transpose(qkv, (2, 0, 3, 1, 4)), axis=0)
        scores = q * self.scale @ ops.transpose(k, (0, 1, 3, 2))
        bias = ops.take(self.relative_bias, self.relative_index.ravel(), axis=0)
        bias = ops.reshape(bias, (size * size, size * size, -1))
        scores = scores + ops.expand_dims(ops.transpose(bias, (2, 0, 1)), 0)
        x = ops.transpose(ops.softmax(scores, axis=-1) @ v, (0, 2, 1, 3))
        return self.proj(ops.reshape(x, (-1, size * size, self.dim)))


class MixtureOfExperts(layers.Layer):
    def __init__(self, num_experts, units):
        super().__init__()
        self.num_experts, self.units = num_experts, units
        self.router = layers.Dense(num_experts, activation="softmax")

    def build(self, input_shape):
        shape = (self.num_experts, input_shape[-1], self.units)
        self.experts = self.add_weight(shape=shape, initializer="glorot_uniform", name="experts")

    def call(self, x):
        outputs = tf.einsum("bi,eio->beo", x, self.experts)
        return tf.reduce_sum(outputs * self.router(x)[..., None], axis=1)


class TopTwoOfExperts(layers.Layer):
    def __init__(self, num_experts, units):
        super().__init__()
        self.gate = layers.Dense(num_experts)
        self.experts = [layers.Dense(units, activation="relu") for _ in range(num_experts)]
        self.num_experts = num_experts

    def call(self, x):
        top, places = tf.math.top_k(self.gate(x), k=2)
        weights = tf.reduce_sum(
            tf.one_hot(places, self.num_experts) * tf.nn.softmax(top)[..., None], axis=-2
        )
        outputs = tf.stack([expert(x) for expert in self.experts], axis=-2)
        return tf.reduce_sum(outputs * weights[..., None], axis=-2)


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(shape=ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class Linear(layers.Layer):
    def __init__(self, units=32, input_dim=10):
        super().__init__()
        self.w = self.add_weight(
            shape=(input_dim, units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


class ComputeSum(layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


class ActivityRegularizationLayer(layers.Layer):
    def call(self, inputs):
        self.add_loss(1e-2 * ops.sum(inputs))
        return inputs


class MergeThem(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.concat = layers.Concatenate()
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(self.concat(inputs))


class AddAndNorm(layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = layers.LayerNormalization()

    def call(self, inputs):
        return self.norm(keras.layers.Add()(inputs))


class Crossing(layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[0][-1], 1), name="kernel")

    def call(self, inputs):
        x0, x = inputs
        return x0 * ops.matmul(x, self.kernel) + x


class L2Distance(layers.Layer):
    def call(self, a, b):
        return ops.sqrt(ops.sum(ops.square(a - b), axis=1, keepdims=True))


class Grayscale(layers.Layer):
    def call(self, images):
        return tf.image.rgb_to_grayscale(images)


class RandomColor(layers.Layer):
    def __init__(self, factor=0.2):
        super().__init__()
        self.factor = factor

    def call(self, images, training=True):
        if training:
            images = tf.image.adjust_brightness(images, self.factor)
        return tf.clip_by_value(images, -1.0, 1.0)


class UpsampleBlock(layers.Layer):
    def __init__(self, filters, upscale_factor=2):
        super().__init__()
        self.conv = layers.Conv2D(filters * upscale_factor**2, 3, padding="same")
        self.upscale_factor = upscale_factor

    def call(self, x):
        return tf.nn.depth_to_space(self.conv(x), self.upscale_factor)


class SpatialPyramid(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.branches = [
            layers.Conv2D(filters, 3, dilation_rate=rate, padding="same") for rate in (1, 2)
        ]

    def call(self, x):
        _, height, width, _ = x.shape
        pooled = ops.mean(x, axis=(1, 2), keepdims=True)
        pooled = ops.image.resize(pooled, (height, width))
        return layers.Concatenate()([branch(x) for branch in self.branches] + [pooled])


class ConvNeXtBlock(layers.Layer):
    def __init__(self, drop_path=0.1):
        super().__init__()
        self.drop = DropPath(drop_path)

    def build(self, input_shape):
        channels = input_shape[-1]
        self.depthwise = layers.DepthwiseConv2D(7, padding="same")
        self.norm = layers.LayerNormalization(epsilon=1e-6)
        self.wide = layers.Dense(4 * channels, activation="gelu")
        self.grn = GRN()
        self.narrow = layers.Dense(channels)

    def call(self, x):
        return x + self.drop(self.narrow(self.grn(self.wide(self.norm(self.depthwise(x))))))


class Involution(layers.Layer):
    def __init__(self, channel, kernel_size=3, reduction_ratio=2):
        super().__init__()
        self.channel, self.kernel_size = channel, kernel_size
        self.kernel_gen = keras.Sequential(
            [
                layers.Conv2D(channel // reduction_ratio, 1),
                layers.ReLU(),
                layers.Conv2D(kernel_size * kernel_size, 1),
            ]
        )

    def call(self, x):
        _, height, width, channels = x.shape
        kernel = self.kernel_gen(x)[..., None, :]
        size = self.kernel_size
        patches = tf.image.extract_patches(
            x, [1, size, size, 1], [1, 1, 1, 1], [1, 1, 1, 1], padding="SAME"
        )
        patches = tf.reshape(patches, (-1, height, width, size * size, channels))
        return tf.reduce_sum(tf.linalg.matrix_transpose(patches) * kernel, axis=-1)


class VectorQuantizer(layers.Layer):
    def __init__(self, num_embeddings, embedding_dim):
        super().__init__()
        self.embedding_dim = embedding_dim
        self.num_embeddings = num_embeddings
        self.embeddings = self.add_weight(
            shape=(embedding_dim, num_embeddings), initializer="random_uniform", name="codes"
        )

    def call(self, x):
        flattened = ops.reshape(x, [-1, self.embedding_dim])
        similarity = ops.matmul(flattened, self.embeddings)
        distances = (
            ops.sum(flattened**2, axis=1, keepdims=True)
            + ops.sum(self.embeddings**2, axis=0)
            - 2 * similarity
        )
        chosen = ops.one_hot(ops.argmin(distances, axis=1), self.num_embeddings)
        quantized = ops.reshape(ops.matmul(chosen, ops.transpose(self.embeddings)), ops.shape(x))
        return x + ops.stop_gradient(quantized - x)


class TemporalBlock(layers.Layer):
    def __init__(self, filters, kernel_size=2, dilation_rate=1):
        super().__init__()
        self.conv = layers.Conv1D(
            filters, kernel_size, padding="causal", dilation_rate=dilation_rate, activation="relu"
        )
        self.match = layers.Conv1D(filters, 1)

    def call(self, x):
        return ops.relu(self.conv(x) + self.match(x))


class AttentionPooling(layers.Layer):
    def build(self, input_shape):
        self.score = layers.Dense(1)

    def call(self, x):
        weights = ops.softmax(self.score(x), axis=1)
        return ops.sum(weights * x, axis=1)


class Highway(layers.Layer):
    def build(self, input_shape):
        width = input_shape[-1]
        self.transform = layers.Dense(width, activation="relu")
        self.carry = layers.Dense(width, activation="sigmoid", bias_initializer="ones")

    def call(self, x):
        gate = self.carry(x)
        return gate * self.transform(x) + (1 - gate) * x


class Encoder(layers.Layer):
    def __init__(self, latent_dim):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")
        self.flatten = layers.Flatten()
        self.mean = layers.Dense(latent_dim)
        self.log_var = layers.Dense(latent_dim)
        self.sampling = Sampling()

    def call(self, x):
        x = self.flatten(self.conv(x))
        mean, log_var = self.mean(x), self.log_var(x)
        return mean, log_var, self.sampling((mean, log_var))


class GraphConv(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, nodes, adjacency):
        return ops.matmul(adjacency, self.dense(nodes))


class FactorizationMachine(layers.Layer):
    def __init__(self, k):
        super().__init__()
        self.k = k

    def build(self, input_shape):
        self.v = self.add_weight(shape=(input_shape[-1], self.k), name="v")

    def call(self, x):
        both = ops.square(ops.matmul(x, self.v)) - ops.matmul(ops.square(x), ops.square(self.v))
        return 0.5 * ops.sum(both, axis=1, keepdims=True)


class MaxOut(layers.Layer):
    def __init__(self, units, num_pieces):
        super().__init__()
        self.units, self.num_pieces = units, num_pieces
        self.dense = layers.Dense(units * num_pieces)

    def call(self, x):
        return ops.max(ops.reshape(self.dense(x), (-1, self.units, self.num_pieces)), axis=-1)


class RotaryEmbedding(layers.Layer):
    def call(self, x):
        half = x.shape[-1] // 2
        inverse = 1.0 / 10000 ** (ops.arange(half, dtype="float32") / half)
        angles = ops.outer(ops.arange(x.shape[1], dtype="float32"), inverse)
        cosine, sine = ops.cos(angles), ops.sin(angles)
        first, second = x[..., :half], x[..., half:]
        return ops.concatenate(
            [first * cosine - second * sine, first * sine + second * cosine], axis=-1
        )


class Fourier(layers.Layer):
    def call(self, x):
        return tf.math.real(tf.signal.fft2d(tf.cast(x, tf.complex64)))


class Gem(layers.Layer):
    def build(self, input_shape):
        self.p = self.add_weight(shape=(), initializer=keras.initializers.Constant(3.0), name="p")

    def call(self, x):
        _, height, width, _ = x.shape
        raised = ops.power(ops.maximum(x, 1e-6), self.p)
        return ops.power(ops.mean(raised, axis=(1, 2)), 1.0 / self.p)
