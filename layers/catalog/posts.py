"""The blog posts that the first six layers are from: title and year, in Markdown."""

REPEATED_WEIGHTS = "*A fully connected layer with repeated weights*, 2021"
CUSTOM_LAYERS = "*Creating custom TensorFlow layers and checking their weights*"
CUSTOMISING = "*Customising Keras layers*, 2020"
CUSTOM_MODELLING = "*Custom modelling with Keras (1)*, 2019"
THREE_DIMENSIONS = "*Dense on three dimensions*, 2020"
