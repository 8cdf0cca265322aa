"""Which colours and letter sizes do all charts share?"""

# greys for frames, texts and what lies in the background
GREY = "#8a8a8a"
DARK_GREY = "#555555"
PALE_GREY = "#d9d9d9"
# blue and vermilion of Okabe and Ito: distinguishable with any colour vision
OWN_COLOUR = "#0072b2"
GROUP_COLOUR = "#d55e00"
# letter sizes in points: of labels and notes, of a figure's title, of a title above given axes
LABEL_PT = 9.0
TITLE_PT = 13.0
AXES_TITLE_PT = 11.0
POINTS_PER_INCH = 72
