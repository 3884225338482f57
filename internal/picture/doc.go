// Package picture decodes PNG and JPEG pictures, by one set of rules for what is
// trained on and for what is denoised:
//
//   - The header is checked before any pixel is decoded: it must not announce more
//     pixels than the file's bytes can hold, nor more values than package limit
//     allows.
//   - Pictures are turned upright as their EXIF orientation says, in APP1 of JPEG or
//     eXIf of PNG. An EXIF block that cannot be understood turns nothing.
//   - 16 bits a channel stay 16 bits; 1, 2 and 4 become 8.
//   - A picture is grey if its file has one channel of colour (with or without
//     opacity) or a palette of greys.
//   - Palettes become their colours, CMYK inks become R = (1-C)(1-K) and so on; no
//     colour profile is applied.
//   - Opacity is kept: [Picture.Straight] gives colours beside it, the image of
//     [Picture.Upright] colours over black.
package picture
