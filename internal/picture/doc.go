// Package picture decodes PNG, JPEG, TIFF, PGM and PPM pictures, by one set of rules for what is
// trained on and for what is denoised:
//
//   - The header is checked before any pixel is decoded: it must not announce more
//     pixels than the file's bytes can hold, nor more values than package limit
//     allows.
//   - Pictures are turned upright as their EXIF orientation says, in APP1 of JPEG,
//     eXIf of PNG or the directory of TIFF. An EXIF block that cannot be understood turns nothing.
//   - 16 bits a channel stay 16 bits; 1, 2 and 4 become 8.
//   - A picture is grey if its file has one channel of colour (with or without
//     opacity) or a palette of greys.
//   - Palettes become their colours, CMYK inks become R = (1-C)(1-K) and so on; no
//     colour profile is applied; [Header.Profile] returns it.
//   - What holds several pictures, or values of other kinds, is refused by name: animated
//     PNG, TIFF of several pages, of floating-point or signed samples, BigTIFF, and PNM
//     other than PGM and PPM.
//   - [Raster] writes pictures of the same formats.
//   - Opacity is kept: [Picture.Straight] gives colours beside it, the image of
//     [Picture.Upright] colours over black.
package picture
