# package_contact.cmake - who answers for Debian packages: those who build them, as for Debian's own tools
# SPDX-License-Identifier: MIT

if("$ENV{DEBFULLNAME}" STREQUAL "" OR NOT "$ENV{DEBEMAIL}" MATCHES "^[^<>@ ]+@[^<>@ ]+$")
  message(FATAL_ERROR "DEBFULLNAME and DEBEMAIL must name the maintainer of the packages: a name, and an address as in me@example.org")
endif()
set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
