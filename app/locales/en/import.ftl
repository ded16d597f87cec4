### Import

import-title = Import customers
import-choose-file = Choose a file
