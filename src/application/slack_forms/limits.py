"""What Slack allows, with the page of its documentation (docs.slack.dev/reference/…) that says so.

Lengths are characters as `texts.slack_length` counts them.
"""

from typing import Final

# views/modal-views, views/home-tab-views
VIEW_BLOCKS: Final = 100
VIEW_TITLE: Final = 24
VIEW_BUTTON: Final = 24
PRIVATE_METADATA: Final = 3_000
CALLBACK_ID: Final = 255
# methods/views.open (error view_too_large: 250 kB): what the JSON of a view takes at most, in bytes.
VIEW_BYTES: Final = 250_000

# block-kit/blocks (any block), block-kit/block-elements (any element)
BLOCK_ID: Final = 255
ACTION_ID: Final = 255
MESSAGE_BLOCKS: Final = 50

# block-kit/blocks/input-block
LABEL: Final = 2_000
HINT: Final = 2_000
# block-kit/blocks/section-block, composition-objects/text-object
SECTION_TEXT: Final = 3_000
# block-kit/blocks/header-block
HEADER_TEXT: Final = 150
# block-kit/blocks/context-block
CONTEXT_ELEMENTS: Final = 10
# block-kit/blocks/actions-block
ACTIONS_ELEMENTS: Final = 25

# block-kit/block-elements/button-element
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
# block-kit/block-elements/plain-text-input-element (`min_length` and `max_length` end at 3000)
INPUT_TEXT: Final = 3_000
PLACEHOLDER: Final = 150
# block-kit/block-elements/datetime-picker-element: a UNIX time of ten digits
DATETIME_MIN: Final = 1_000_000_000
DATETIME_MAX: Final = 9_999_999_999
# block-kit/block-elements/select-menu-element, multi-select-menu-element
SELECT_OPTIONS: Final = 100
# block-kit/block-elements/radio-button-group-element, checkboxes-element
RADIO_OPTIONS: Final = 10
CHECKBOX_OPTIONS: Final = 10
# block-kit/composition-objects/option-object
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
# block-kit/block-elements/file-input-element
FILE_INPUT_FILES: Final = 10
FILE_INPUT_BYTES: Final = 10 * 1024 * 1024
